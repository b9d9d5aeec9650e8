      *> 03-background.cob - work that goes on at the server: wait for it,
      *> cancel it, look at it, delete it
      *>
      *>     make && OPENAI_API_KEY=... ./03-background-cobol
      *>
      *> RESPONSES_MODEL names another model than gpt-5,
      *> OPENAI_BASE_URL another server.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. BACKGROUND-RESPONSE.

       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY "responses.cpy".
       COPY "responses-ws.cpy".
      *> A text that ends in NUL.
       01  QUESTION            PIC X(60).
      *> The response that was started last. Its id is read in it, as ids
      *> of some servers have hundreds of characters.
       01  CREATED             USAGE POINTER VALUE NULL.
       01  RESPONSE-ID         USAGE POINTER VALUE NULL.
       01  IS-UNDER-WAY        PIC 9.
       01  STEP                PIC X(12).
       01  TWO-MINUTES         USAGE BINARY-LONG VALUE 120000.

       PROCEDURE DIVISION.
       MAIN-PARAGRAPH.
           PERFORM TAKE-MODEL
           CALL "responses_request_new" USING BY REFERENCE REQUEST
               RETURNING STICKS
           MOVE "client" TO STEP
           CALL "responses_client_new" USING
               BY REFERENCE CLIENT
               BY REFERENCE ERR
               RETURNING STAT
           PERFORM CHECK-STATUS

           MOVE Z"Count to ten." TO QUESTION
           PERFORM START-RESPONSE
           IF IS-UNDER-WAY = 1
               PERFORM WAIT-FOR-RESPONSE
               PERFORM SHOW-ANSWER
               PERFORM FREE-RESPONSE
           ELSE
               SET RESPONSE TO CREATED
               PERFORM SHOW-ANSWER
           END-IF
           PERFORM DELETE-RESPONSE

           MOVE Z"Count to a million." TO QUESTION
           PERFORM START-RESPONSE
           IF IS-UNDER-WAY = 1
               PERFORM CANCEL-RESPONSE
           END-IF
           PERFORM LIST-INPUT
           PERFORM DELETE-RESPONSE

           CALL "responses_request_free" USING BY VALUE REQUEST
               RETURNING OMITTED
           CALL "responses_client_free" USING BY VALUE CLIENT
               RETURNING OMITTED
           STOP RUN.

      *> Starts a response in the background and keeps its id. There are
      *> servers that ignore "background" and answer at once.
       START-RESPONSE.
           CALL "responses_request_clear" USING BY VALUE REQUEST
               RETURNING OMITTED
           CALL "responses_request_set_string" USING
               BY VALUE REQUEST
               BY REFERENCE Z"model"
               BY REFERENCE MODEL
               BY VALUE SIZE 8 NTS
               RETURNING STICKS
           CALL "responses_request_set_boolean" USING
               BY VALUE REQUEST
               BY REFERENCE Z"background"
               BY VALUE 1
               RETURNING STICKS
           CALL "responses_request_set_string" USING
               BY VALUE REQUEST
               BY REFERENCE Z"input"
               BY REFERENCE QUESTION
               BY VALUE SIZE 8 NTS
               RETURNING STICKS
           MOVE "create" TO STEP
           CALL "responses_request_create" USING
               BY VALUE REQUEST
               BY VALUE CLIENT
               BY REFERENCE RESPONSE
               BY REFERENCE ERR
               RETURNING STAT
           PERFORM CHECK-STATUS
           MOVE "created" TO STEP
           MOVE Z"/status" TO PLACE
           PERFORM SHOW-VALUE
           MOVE 0 TO IS-UNDER-WAY
           IF STAT = RESPONSES-OK AND (BUFFER(1:TEXT-LENGTH) = "queued"
               OR BUFFER(1:TEXT-LENGTH) = "in_progress")
               MOVE 1 TO IS-UNDER-WAY
           END-IF
           SET CREATED TO RESPONSE
           CALL "responses_response_id" USING BY VALUE CREATED
               RETURNING RESPONSE-ID.

       WAIT-FOR-RESPONSE.
           MOVE "wait" TO STEP
           CALL "responses_wait" USING
               BY VALUE CLIENT
               BY VALUE RESPONSE-ID
               BY VALUE TWO-MINUTES
               BY REFERENCE RESPONSE
               BY REFERENCE ERR
               RETURNING STAT
           PERFORM CHECK-STATUS.

       SHOW-ANSWER.
           CALL "responses_response_text" USING
               BY VALUE RESPONSE
               BY REFERENCE OMITTED
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           MOVE "answer" TO STEP
           IF TEXT-LENGTH > 0
               DISPLAY STEP " " BUFFER(1:TEXT-LENGTH)
           ELSE
               DISPLAY STEP
           END-IF
           MOVE "ended" TO STEP
           MOVE Z"/status" TO PLACE
           PERFORM SHOW-VALUE.

       CANCEL-RESPONSE.
           MOVE "cancel" TO STEP
           CALL "responses_cancel" USING
               BY VALUE CLIENT
               BY VALUE RESPONSE-ID
               BY REFERENCE RESPONSE
               BY REFERENCE ERR
               RETURNING STAT
           PERFORM CHECK-STATUS
           MOVE "cancelled" TO STEP
           MOVE Z"/status" TO PLACE
           PERFORM SHOW-VALUE
           PERFORM FREE-RESPONSE.

       LIST-INPUT.
           MOVE "list" TO STEP
           CALL "responses_list_input_items" USING
               BY VALUE CLIENT
               BY VALUE RESPONSE-ID
               BY REFERENCE OMITTED
               BY VALUE SIZE 8 NTS
               BY REFERENCE RESPONSE
               BY REFERENCE ERR
               RETURNING STAT
           PERFORM CHECK-STATUS
           MOVE "its input" TO STEP
      *> The content of an item is a list of parts, or at some servers
      *> text.
           MOVE Z"/data/0/content/0/text" TO PLACE
           PERFORM TAKE-VALUE
           IF STAT NOT = RESPONSES-OK
               MOVE Z"/data/0/content" TO PLACE
           END-IF
           PERFORM SHOW-VALUE
           PERFORM FREE-RESPONSE.

       DELETE-RESPONSE.
           MOVE "delete" TO STEP
           CALL "responses_delete" USING
               BY VALUE CLIENT
               BY VALUE RESPONSE-ID
               BY REFERENCE RESPONSE
               BY REFERENCE ERR
               RETURNING STAT
           PERFORM CHECK-STATUS
           MOVE "deleted" TO STEP
           MOVE Z"/deleted" TO PLACE
           PERFORM SHOW-VALUE
           PERFORM FREE-RESPONSE
           CALL "responses_response_free" USING BY VALUE CREATED
               RETURNING OMITTED.

      *> Shows the value at PLACE, or that there is none.
       SHOW-VALUE.
           PERFORM TAKE-VALUE
           IF STAT = RESPONSES-OK AND TEXT-LENGTH > 0
               DISPLAY STEP " " BUFFER(1:TEXT-LENGTH)
           ELSE
               DISPLAY STEP " RESPONSES_E_RANGE"
           END-IF.

       FREE-RESPONSE.
           CALL "responses_response_free" USING BY VALUE RESPONSE
               RETURNING OMITTED.

      *> Ends the program when an operation failed.
       CHECK-STATUS.
           IF STAT NOT = RESPONSES-OK
               DISPLAY FUNCTION TRIM(STEP) ": " UPON SYSERR
                   WITH NO ADVANCING
               PERFORM SHOW-ERROR
               STOP RUN RETURNING 1
           END-IF.

       COPY "responses-pd.cpy".
