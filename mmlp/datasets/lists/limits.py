"""How far a file may differ from a listed picture and still be taken for it."""

#: Up to this many different bits of 256 a file is taken for the listed picture. Of a thousand photographs
#: made larger, smaller or coded anew, 99 in 100 change by 4 bits or fewer and none by more than 10; frames of
#: one drive, a second apart, differ in 6 and more.
MAX_BITS = 12
