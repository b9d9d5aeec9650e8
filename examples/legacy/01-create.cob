      *> 01-create.cob - ask a question, print the answer
      *>
      *>     make && OPENAI_API_KEY=... ./01-create-cobol
      *>
      *> RESPONSES_MODEL names another model than gpt-5,
      *> OPENAI_BASE_URL another server.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. CREATE-RESPONSE.

       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY "responses.cpy".
      *> What the library hands out is a pointer, and freed by it.
       01  CLIENT              USAGE POINTER VALUE NULL.
       01  REQUEST             USAGE POINTER VALUE NULL.
       01  RESPONSE            USAGE POINTER VALUE NULL.
       01  ERR                 USAGE POINTER VALUE NULL.
       01  C-TEXT              USAGE POINTER VALUE NULL.
       01  STAT                USAGE BINARY-LONG.
       01  COPIED              USAGE BINARY-LONG.
       01  TOKENS              USAGE BINARY-DOUBLE VALUE 0.
      *> A length of -1 says that the text ends in NUL. Lengths are passed
      *> with SIZE 8, as a COBOL compiler would pass four bytes else.
       01  NTS                 USAGE BINARY-DOUBLE VALUE -1.
       01  CAPACITY            USAGE BINARY-DOUBLE UNSIGNED.
       01  NEEDED              USAGE BINARY-DOUBLE UNSIGNED.
       01  BUFFER              PIC X(4000).
       01  MODEL               PIC X(100).
       01  SHOWN-TOKENS        PIC Z(17)9.

       PROCEDURE DIVISION.
       MAIN-PARAGRAPH.
           ACCEPT MODEL FROM ENVIRONMENT "RESPONSES_MODEL"
               ON EXCEPTION MOVE "gpt-5" TO MODEL
           END-ACCEPT
           COMPUTE CAPACITY = FUNCTION LENGTH(BUFFER)

      *> Errors of the request stick: they come up when it is sent.
           CALL "responses_request_new" USING BY REFERENCE REQUEST
               RETURNING STAT
           CALL "responses_request_set_string" USING
               BY VALUE REQUEST
               BY REFERENCE Z"model"
               BY REFERENCE FUNCTION CONCATENATE(
                   FUNCTION TRIM(MODEL), X"00")
               BY VALUE SIZE 8 NTS
               RETURNING STAT
           CALL "responses_request_add_message" USING
               BY VALUE REQUEST
               BY REFERENCE Z"user"
               BY REFERENCE Z"Why is the sky blue? One sentence."
               BY VALUE SIZE 8 NTS
               RETURNING STAT

           CALL "responses_client_new" USING
               BY REFERENCE CLIENT
               BY REFERENCE ERR
               RETURNING STAT
           IF STAT = RESPONSES-OK
               CALL "responses_request_create" USING
                   BY VALUE REQUEST
                   BY VALUE CLIENT
                   BY REFERENCE RESPONSE
                   BY REFERENCE ERR
                   RETURNING STAT
           END-IF

           IF STAT = RESPONSES-OK
               PERFORM SHOW-ANSWER
               MOVE 0 TO RETURN-CODE
           ELSE
               PERFORM SHOW-ERROR
               MOVE 1 TO RETURN-CODE
           END-IF

           CALL "responses_response_free" USING BY VALUE RESPONSE
               RETURNING OMITTED
           CALL "responses_error_free" USING BY VALUE ERR
               RETURNING OMITTED
           CALL "responses_request_free" USING BY VALUE REQUEST
               RETURNING OMITTED
           CALL "responses_client_free" USING BY VALUE CLIENT
               RETURNING OMITTED
           STOP RUN.

       SHOW-ANSWER.
           CALL "responses_response_text" USING
               BY VALUE RESPONSE
               BY REFERENCE NEEDED
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           DISPLAY BUFFER(1:NEEDED - 1)
           CALL "responses_read_integer" USING
               BY VALUE RESPONSE
               BY REFERENCE Z"/usage/total_tokens"
               BY REFERENCE TOKENS
               RETURNING STAT
           MOVE TOKENS TO SHOWN-TOKENS
           CALL "responses_response_id" USING BY VALUE RESPONSE
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           DISPLAY "[" BUFFER(1:NEEDED - 1) " is "
               WITH NO ADVANCING
           CALL "responses_response_status" USING BY VALUE RESPONSE
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           DISPLAY BUFFER(1:NEEDED - 1) ", "
               FUNCTION TRIM(SHOWN-TOKENS) " tokens]".

       SHOW-ERROR.
           CALL "responses_status_name" USING BY VALUE STAT
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           DISPLAY BUFFER(1:NEEDED - 1) ": " WITH NO ADVANCING
           CALL "responses_error_field" USING
               BY VALUE ERR
               BY VALUE RESPONSES-ERROR-MESSAGE
               BY REFERENCE NEEDED
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           IF NEEDED > 1
               DISPLAY BUFFER(1:NEEDED - 1)
           ELSE
               DISPLAY "no details"
           END-IF.

      *> Copies the text of C-TEXT into BUFFER; NEEDED is then its length
      *> and one more. What does not fit is left out.
       TAKE-TEXT.
           MOVE SPACES TO BUFFER
           CALL "responses_copy_text" USING
               BY VALUE C-TEXT
               BY VALUE SIZE 8 NTS
               BY REFERENCE BUFFER
               BY VALUE SIZE 8 CAPACITY
               BY REFERENCE NEEDED
               RETURNING COPIED
           IF NEEDED > CAPACITY
               MOVE CAPACITY TO NEEDED
           END-IF.
