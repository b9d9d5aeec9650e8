      *> 02-stream.cob - print an answer while it is written
      *>
      *> The pull way: the call is started, then waited for and read at
      *> the program's pace. COBOL needs no callback for it.
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
       COPY "responses-ws.cpy".
       01  EVENTS              PIC 9(9) VALUE 0.
       01  SHOWN-EVENTS        PIC Z(8)9.

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
               BY REFERENCE Z"Tell me a story in three sentences."
               BY VALUE SIZE 8 NTS
               RETURNING STICKS

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
           PERFORM READ-EVENT
               UNTIL STAT NOT = RESPONSES-OK
                 AND STAT NOT = RESPONSES-AGAIN

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

      *> Reads one event, or waits for the next. STAT tells how it went:
      *> RESPONSES-DONE means that the answer came to its end; a stream
      *> that breaks off never does.
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
                       BY VALUE NO-LIMIT
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
                       BY REFERENCE OMITTED
                       RETURNING C-TEXT
                   PERFORM TAKE-TEXT
                   PERFORM SHOW-TEXT
               WHEN RESPONSES-EVENT-OUTPUT-TEXT-DONE
                   DISPLAY X"0A" WITH NO ADVANCING
           END-EVALUATE.

       SHOW-END.
           CALL "responses_call_response" USING BY VALUE RUNNING
               RETURNING RESPONSE
           CALL "responses_response_id" USING BY VALUE RESPONSE
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           DISPLAY "[" BUFFER(1:TEXT-LENGTH) " is "
               WITH NO ADVANCING
           CALL "responses_response_status" USING BY VALUE RESPONSE
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           PERFORM SHOW-TEXT
           MOVE EVENTS TO SHOWN-EVENTS
           DISPLAY " after " FUNCTION TRIM(SHOWN-EVENTS) " events]".

       COPY "responses-pd.cpy".
