      *> What a program with libresponses keeps in WORKING-STORAGE.
      *>
      *> What the library hands out is a pointer, and freed by it.
       01  CLIENT              USAGE POINTER VALUE NULL.
       01  REQUEST             USAGE POINTER VALUE NULL.
       01  RESPONSE            USAGE POINTER VALUE NULL.
       01  RUNNING             USAGE POINTER VALUE NULL.
       01  AN-EVENT            USAGE POINTER VALUE NULL.
       01  ERR                 USAGE POINTER VALUE NULL.
      *> How a CALL went, where that is looked at, and where errors stick
      *> to the request and come up when it is sent.
       01  STAT                USAGE BINARY-LONG VALUE 0.
       01  STICKS              USAGE BINARY-LONG VALUE 0.
       01  KIND                USAGE BINARY-LONG VALUE 0.
      *> For ever, as a limit in milliseconds.
       01  NO-LIMIT            USAGE BINARY-LONG VALUE -1.
      *> A length of -1 says that the text ends in NUL. Lengths are passed
      *> with SIZE 8, as a COBOL compiler would pass four bytes else.
       01  NTS                 USAGE BINARY-DOUBLE VALUE -1.
      *> The paragraphs of responses-pd.cpy put text from C-TEXT, or from
      *> the response at PLACE, into BUFFER; TEXT-LENGTH of it is used.
       01  C-TEXT              USAGE POINTER VALUE NULL.
       01  PLACE               PIC X(100).
       01  BUFFER              PIC X(4000).
       01  TEXT-LENGTH         USAGE BINARY-DOUBLE UNSIGNED VALUE 0.
       01  NEEDED              USAGE BINARY-DOUBLE UNSIGNED VALUE 0.
       01  COPIED              USAGE BINARY-LONG VALUE 0.
      *> From RESPONSES_MODEL, ending in NUL.
       01  MODEL               PIC X(101).
      *> Called by its name, as the C behind COBOL has declared it already.
       01  C-FFLUSH            PIC X(6) VALUE "fflush".
       01  ALL-FILES           USAGE POINTER VALUE NULL.
