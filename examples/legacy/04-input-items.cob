      *> 04-input-items.cob - page through what went into a response
      *>
      *> The server gives at most so many items at a time. "last_id" of
      *> one page is "after" of the next, or, where a server leaves it
      *> out, the id of the last item, until "has_more" is false.
      *>
      *>     make && OPENAI_API_KEY=... ./04-input-items-cobol
      *>
      *> RESPONSES_MODEL names another model than gpt-5,
      *> OPENAI_BASE_URL another server.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. INPUT-ITEMS.

       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY "responses.cpy".
       COPY "responses-ws.cpy".
      *> The parameters of a list are an object too, and made as a request
      *> is.
       01  PARAMETERS          USAGE POINTER VALUE NULL.
      *> The response, and its id, which is read in it, as ids of some
      *> servers have hundreds of characters.
       01  CREATED             USAGE POINTER VALUE NULL.
       01  RESPONSE-ID         USAGE POINTER VALUE NULL.
      *> A text that ends in NUL.
       01  MESSAGE-TEXT        PIC X(20).
       01  FIELD-NAME          PIC X(20).
       01  STEP                PIC X(12).
       01  ITEM                USAGE BINARY-LONG.
       01  ITEMS-ON-PAGE       USAGE BINARY-LONG.
       01  MORE                USAGE BINARY-LONG VALUE 1.
       01  ITEMS               USAGE BINARY-LONG VALUE 0.
       01  PAGES               USAGE BINARY-LONG VALUE 0.
       01  THREE               USAGE BINARY-DOUBLE VALUE 3.
       01  DIGITS              PIC Z(8)9.
       01  MORE-DIGITS         PIC Z(8)9.

       PROCEDURE DIVISION.
       MAIN-PARAGRAPH.
           PERFORM TAKE-MODEL
           MOVE "client" TO STEP
           CALL "responses_client_new" USING
               BY REFERENCE CLIENT
               BY REFERENCE ERR
               RETURNING STAT
           PERFORM CHECK-STATUS
           PERFORM CREATE-RESPONSE

           CALL "responses_request_new" USING BY REFERENCE PARAMETERS
               RETURNING STICKS
           CALL "responses_request_set_integer" USING
               BY VALUE PARAMETERS
               BY REFERENCE Z"limit"
               BY VALUE SIZE 8 THREE
               RETURNING STICKS
           CALL "responses_request_set_string" USING
               BY VALUE PARAMETERS
               BY REFERENCE Z"order"
               BY REFERENCE Z"asc"
               BY VALUE SIZE 8 NTS
               RETURNING STICKS
           PERFORM SHOW-PAGE UNTIL MORE = 0

           MOVE ITEMS TO DIGITS
           MOVE PAGES TO MORE-DIGITS
           DISPLAY "[" FUNCTION TRIM(DIGITS) " items on "
               FUNCTION TRIM(MORE-DIGITS) " pages]"
           CALL "responses_request_free" USING BY VALUE PARAMETERS
               RETURNING OMITTED
           CALL "responses_response_free" USING BY VALUE CREATED
               RETURNING OMITTED
           CALL "responses_client_free" USING BY VALUE CLIENT
               RETURNING OMITTED
           IF ITEMS NOT = 7
               MOVE 1 TO RETURN-CODE
           END-IF
           STOP RUN.

      *> Creates a response of seven messages and keeps its id.
       CREATE-RESPONSE.
           CALL "responses_request_new" USING BY REFERENCE REQUEST
               RETURNING STICKS
           CALL "responses_request_set_string" USING
               BY VALUE REQUEST
               BY REFERENCE Z"model"
               BY REFERENCE MODEL
               BY VALUE SIZE 8 NTS
               RETURNING STICKS
           PERFORM ADD-MESSAGE VARYING ITEM FROM 1 BY 1 UNTIL ITEM > 7
           MOVE "create" TO STEP
           CALL "responses_request_create" USING
               BY VALUE REQUEST
               BY VALUE CLIENT
               BY REFERENCE RESPONSE
               BY REFERENCE ERR
               RETURNING STAT
           PERFORM CHECK-STATUS
           SET CREATED TO RESPONSE
           CALL "responses_response_id" USING BY VALUE CREATED
               RETURNING RESPONSE-ID
           CALL "responses_request_free" USING BY VALUE REQUEST
               RETURNING OMITTED
           SET REQUEST TO NULL.

       ADD-MESSAGE.
           MOVE ITEM TO DIGITS
           STRING "Number " FUNCTION TRIM(DIGITS) "." X"00"
               DELIMITED BY SIZE INTO MESSAGE-TEXT
           CALL "responses_request_add_message" USING
               BY VALUE REQUEST
               BY REFERENCE Z"user"
               BY REFERENCE MESSAGE-TEXT
               BY VALUE SIZE 8 NTS
               RETURNING STICKS.

      *> Lists one page, and says in the parameters where the next begins.
       SHOW-PAGE.
           CALL "responses_request_json" USING
               BY VALUE PARAMETERS
               BY REFERENCE OMITTED
               RETURNING C-TEXT
           MOVE "list" TO STEP
           CALL "responses_list_input_items" USING
               BY VALUE CLIENT
               BY VALUE RESPONSE-ID
               BY VALUE C-TEXT
               BY VALUE SIZE 8 NTS
               BY REFERENCE RESPONSE
               BY REFERENCE ERR
               RETURNING STAT
           PERFORM CHECK-STATUS
           ADD 1 TO PAGES
           MOVE PAGES TO DIGITS
           DISPLAY "page " FUNCTION TRIM(DIGITS)
           MOVE 0 TO ITEMS-ON-PAGE
           CALL "responses_read_count" USING
               BY VALUE RESPONSE
               BY REFERENCE Z"/data"
               BY REFERENCE ITEMS-ON-PAGE
               RETURNING STAT
           PERFORM CHECK-STATUS
           PERFORM SHOW-ITEM
               VARYING ITEM FROM 0 BY 1 UNTIL ITEM = ITEMS-ON-PAGE
           ADD ITEMS-ON-PAGE TO ITEMS

           MOVE 0 TO MORE
           CALL "responses_read_boolean" USING
               BY VALUE RESPONSE
               BY REFERENCE Z"/has_more"
               BY REFERENCE MORE
               RETURNING STAT
           PERFORM CHECK-STATUS
           IF MORE = 1
               PERFORM TAKE-LAST-ID
           END-IF
           CALL "responses_response_free" USING BY VALUE RESPONSE
               RETURNING OMITTED.

       TAKE-LAST-ID.
           MOVE "last_id" TO STEP
           MOVE Z"/last_id" TO PLACE
           PERFORM TAKE-VALUE
           IF STAT NOT = RESPONSES-OK AND NEEDED = 0
               SUBTRACT 1 FROM ITEMS-ON-PAGE GIVING ITEM
               MOVE Z"/id" TO FIELD-NAME
               PERFORM TAKE-FIELD
           END-IF
      *> Also when it does not fit into BUFFER.
           PERFORM CHECK-STATUS
           CALL "responses_request_set_string" USING
               BY VALUE PARAMETERS
               BY REFERENCE Z"after"
               BY REFERENCE BUFFER
               BY VALUE SIZE 8 NTS
               RETURNING STICKS.

      *> The content of an item is a list of parts, or at some servers
      *> text; some kinds have none.
       SHOW-ITEM.
           MOVE Z"/content/0/text" TO FIELD-NAME
           PERFORM TAKE-FIELD
           IF STAT NOT = RESPONSES-OK AND NEEDED = 0
               MOVE Z"/content" TO FIELD-NAME
               PERFORM TAKE-FIELD
           END-IF
           IF STAT NOT = RESPONSES-OK AND NEEDED = 0
               MOVE Z"/type" TO FIELD-NAME
               PERFORM TAKE-FIELD
           END-IF
           IF TEXT-LENGTH > 0
               DISPLAY "  " BUFFER(1:TEXT-LENGTH)
           ELSE
               DISPLAY "  ?"
           END-IF.

      *> Takes the value FIELD-NAME of the page's ITEM.
       TAKE-FIELD.
           MOVE ITEM TO DIGITS
           STRING "/data/" FUNCTION TRIM(DIGITS) DELIMITED BY SIZE
               FIELD-NAME DELIMITED BY X"00"
               X"00" DELIMITED BY SIZE INTO PLACE
           PERFORM TAKE-VALUE.

      *> Ends the program when an operation failed.
       CHECK-STATUS.
           IF STAT NOT = RESPONSES-OK
               DISPLAY FUNCTION TRIM(STEP) ": " UPON SYSERR
                   WITH NO ADVANCING
               PERFORM SHOW-ERROR
               STOP RUN RETURNING 1
           END-IF.

       COPY "responses-pd.cpy".
