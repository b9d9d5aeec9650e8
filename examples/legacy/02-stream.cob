      *> 02-stream.cob - print an answer while it is written
      *>
      *> The pull way: the call is started, then waited for and read at
      *> the program's pace. No callback is needed.
      *>
      *>     make && OPENAI_API_KEY=... ./02-stream-cobol
      *>
      *> RESPONSES_MODEL names another model than gpt-5,
      *> OPENAI_BASE_URL another server.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. STREAM-RESPONSE.

       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY "responses.cpy".
       01  CLIENT              USAGE POINTER VALUE NULL.
       01  REQUEST             USAGE POINTER VALUE NULL.
       01  RUNNING             USAGE POINTER VALUE NULL.
       01  AN-EVENT            USAGE POINTER VALUE NULL.
       01  RESPONSE            USAGE POINTER VALUE NULL.
       01  ERR                 USAGE POINTER VALUE NULL.
       01  C-TEXT              USAGE POINTER VALUE NULL.
       01  STAT                USAGE BINARY-LONG.
       01  COPIED              USAGE BINARY-LONG.
       01  KIND                USAGE BINARY-LONG.
       01  FOR-EVER            USAGE BINARY-LONG VALUE -1.
       01  NTS                 USAGE BINARY-DOUBLE VALUE -1.
       01  CAPACITY            USAGE BINARY-DOUBLE UNSIGNED.
       01  NEEDED              USAGE BINARY-DOUBLE UNSIGNED.
       01  BUFFER              PIC X(4000).
       01  MODEL               PIC X(100).
       01  EVENTS              PIC 9(9) VALUE 0.
       01  SHOWN-EVENTS        PIC Z(8)9.

       PROCEDURE DIVISION.
       MAIN-PARAGRAPH.
           ACCEPT MODEL FROM ENVIRONMENT "RESPONSES_MODEL"
               ON EXCEPTION MOVE "gpt-5" TO MODEL
           END-ACCEPT
           COMPUTE CAPACITY = FUNCTION LENGTH(BUFFER)

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
               BY REFERENCE Z"Tell me a story in three sentences."
               BY VALUE SIZE 8 NTS
               RETURNING STAT

           CALL "responses_client_new" USING
               BY REFERENCE CLIENT
               BY REFERENCE ERR
               RETURNING STAT
           IF STAT = RESPONSES-OK
               CALL "responses_request_create_stream_start" USING
                   BY VALUE REQUEST
                   BY VALUE CLIENT
                   BY REFERENCE RUNNING
                   BY REFERENCE ERR
                   RETURNING STAT
           END-IF

           IF STAT = RESPONSES-OK
               PERFORM READ-EVENT
                   UNTIL STAT NOT = RESPONSES-OK
                     AND STAT NOT = RESPONSES-AGAIN
           END-IF

           IF STAT = RESPONSES-DONE
               PERFORM SHOW-END
               MOVE 0 TO RETURN-CODE
           ELSE
               PERFORM SHOW-ERROR
               MOVE 1 TO RETURN-CODE
           END-IF

           CALL "responses_call_free" USING BY VALUE RUNNING
               RETURNING OMITTED
           CALL "responses_error_free" USING BY VALUE ERR
               RETURNING OMITTED
           CALL "responses_request_free" USING BY VALUE REQUEST
               RETURNING OMITTED
           CALL "responses_client_free" USING BY VALUE CLIENT
               RETURNING OMITTED
           STOP RUN.

      *> Reads one event, or waits for the next. STAT tells how it went.
       READ-EVENT.
           CALL "responses_call_next" USING
               BY VALUE RUNNING
               BY REFERENCE AN-EVENT
               BY REFERENCE ERR
               RETURNING STAT
           EVALUATE STAT
               WHEN RESPONSES-OK
                   PERFORM SHOW-EVENT
               WHEN RESPONSES-AGAIN
                   CALL "responses_call_wait" USING
                       BY VALUE RUNNING
                       BY VALUE FOR-EVER
                       RETURNING STAT
           END-EVALUATE.

       SHOW-EVENT.
           ADD 1 TO EVENTS
           CALL "responses_event_kind" USING BY VALUE AN-EVENT
               RETURNING KIND
           EVALUATE KIND
               WHEN RESPONSES-EVENT-OUTPUT-TEXT-DELTA
                   CALL "responses_event_text" USING
                       BY VALUE AN-EVENT
                       BY REFERENCE NEEDED
                       RETURNING C-TEXT
                   PERFORM TAKE-TEXT
                   IF NEEDED > 1
                       DISPLAY BUFFER(1:NEEDED - 1) WITH NO ADVANCING
                   END-IF
               WHEN RESPONSES-EVENT-OUTPUT-TEXT-DONE
                   DISPLAY " "
           END-EVALUATE.

       SHOW-END.
           MOVE EVENTS TO SHOWN-EVENTS
           CALL "responses_call_response" USING BY VALUE RUNNING
               RETURNING RESPONSE
           CALL "responses_response_id" USING BY VALUE RESPONSE
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           DISPLAY "[" BUFFER(1:NEEDED - 1) " is "
               WITH NO ADVANCING
           CALL "responses_response_status" USING BY VALUE RESPONSE
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           DISPLAY BUFFER(1:NEEDED - 1) " after "
               FUNCTION TRIM(SHOWN-EVENTS) " events]".

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
