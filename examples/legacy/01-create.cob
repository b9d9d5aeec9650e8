      *> 01-create.cob - ask a question, print the answer
      *>
      *> The blocking way: one call that returns when the answer is there.
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
       COPY "responses-ws.cpy".
       01  TOKENS              USAGE BINARY-DOUBLE.
       01  SHOWN-TOKENS        PIC Z(17)9.

       PROCEDURE DIVISION.
       MAIN-PARAGRAPH.
           PERFORM TAKE-MODEL
           CALL "responses_request_new" USING BY REFERENCE REQUEST
               RETURNING STICKS
           CALL "responses_request_set_string" USING
               BY VALUE REQUEST
               BY REFERENCE Z"model"
               BY REFERENCE MODEL
               BY VALUE SIZE 8 NTS
               RETURNING STICKS
           CALL "responses_request_add_message" USING
               BY VALUE REQUEST
               BY REFERENCE Z"user"
               BY REFERENCE Z"Why is the sky blue? One sentence."
               BY VALUE SIZE 8 NTS
               RETURNING STICKS

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
               BY REFERENCE OMITTED
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           DISPLAY BUFFER(1:TEXT-LENGTH)
           CALL "responses_response_id" USING BY VALUE RESPONSE
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           DISPLAY "[" BUFFER(1:TEXT-LENGTH) " is "
               WITH NO ADVANCING
           CALL "responses_response_status" USING BY VALUE RESPONSE
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           PERFORM SHOW-TEXT
      *> Whatever has no function of its own is read by its place in the
      *> JSON.
           CALL "responses_read_integer" USING
               BY VALUE RESPONSE
               BY REFERENCE Z"/usage/total_tokens"
               BY REFERENCE TOKENS
               RETURNING STAT
           IF STAT = RESPONSES-OK
               MOVE TOKENS TO SHOWN-TOKENS
               DISPLAY ", " FUNCTION TRIM(SHOWN-TOKENS) " tokens"
                   WITH NO ADVANCING
           END-IF
           DISPLAY "]".

       COPY "responses-pd.cpy".
