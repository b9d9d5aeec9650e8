      *> 05-event-loop.cob - a stream beside other work, without ever
      *> waiting for it
      *>
      *> The event-loop way: one descriptor stands for everything the
      *> library does. Here poll() of the system is the loop, and a clock
      *> is the other work.
      *>
      *>     make && OPENAI_API_KEY=... ./05-event-loop-cobol
      *>
      *> RESPONSES_MODEL names another model than gpt-5,
      *> OPENAI_BASE_URL another server.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. EVENT-LOOP.

       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY "responses.cpy".
       COPY "responses-ws.cpy".
      *> struct pollfd, and POLLIN.
       01  HOST.
           05  HOST-FD         USAGE BINARY-LONG.
           05  HOST-EVENTS     USAGE BINARY-SHORT VALUE 1.
           05  HOST-REVENTS    USAGE BINARY-SHORT VALUE 0.
       01  HOSTS               USAGE BINARY-DOUBLE VALUE 1.
       01  TEN-MILLISECONDS    USAGE BINARY-LONG VALUE 10.
       01  READABLE            USAGE BINARY-LONG.
       01  READY-CALL          USAGE POINTER VALUE NULL.
       01  TICKS               PIC 9(9) VALUE 0.
       01  SHOWN-TICKS         PIC Z(8)9.

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
           CALL "responses_request_set_string" USING
               BY VALUE REQUEST
               BY REFERENCE Z"input"
               BY REFERENCE Z"What is an event loop?"
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
           IF STAT = RESPONSES-OK
               MOVE RESPONSES-AGAIN TO STAT
           END-IF

           CALL "responses_client_fd" USING BY VALUE CLIENT
               RETURNING HOST-FD
           IF STAT = RESPONSES-AGAIN AND HOST-FD < 0
               MOVE HOST-FD TO STAT
           END-IF
           PERFORM LOOP-ONCE UNTIL STAT NOT = RESPONSES-AGAIN

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

       LOOP-ONCE.
           CALL "poll" USING
               BY REFERENCE HOST
               BY VALUE SIZE 8 HOSTS
               BY VALUE TEN-MILLISECONDS
               RETURNING READABLE
           IF READABLE = 0
      *> The other work of this program.
               ADD 1 TO TICKS
           ELSE
      *> Only when the client is of no use any more do dispatch and
      *> next_ready fail.
               CALL "responses_client_dispatch" USING BY VALUE CLIENT
                   RETURNING STAT
               IF STAT = RESPONSES-OK
                   PERFORM NEXT-READY
               END-IF
               PERFORM UNTIL STAT NOT = RESPONSES-OK
                   PERFORM READ-EVENTS
                   IF STAT = RESPONSES-AGAIN
                       PERFORM NEXT-READY
                   END-IF
               END-PERFORM
           END-IF.

       NEXT-READY.
           CALL "responses_client_next_ready" USING
               BY VALUE CLIENT
               BY REFERENCE READY-CALL
               RETURNING STAT.

      *> Reads all there is to read now. STAT is RESPONSES-AGAIN as long as
      *> the call goes on.
       READ-EVENTS.
           MOVE RESPONSES-OK TO STAT
           PERFORM UNTIL STAT NOT = RESPONSES-OK
               CALL "responses_call_next" USING
                   BY VALUE READY-CALL
                   BY REFERENCE AN-EVENT
                   BY REFERENCE ERR
                   RETURNING STAT
               IF STAT = RESPONSES-OK
                   PERFORM SHOW-EVENT
               END-IF
           END-PERFORM.

       SHOW-EVENT.
           CALL "responses_event_kind" USING BY VALUE AN-EVENT
               RETURNING KIND
           IF KIND = RESPONSES-EVENT-OUTPUT-TEXT-DELTA
               CALL "responses_event_text" USING
                   BY VALUE AN-EVENT
                   BY REFERENCE OMITTED
                   RETURNING C-TEXT
               PERFORM TAKE-TEXT
               PERFORM SHOW-TEXT
           END-IF.

       SHOW-END.
           CALL "responses_call_response" USING BY VALUE RUNNING
               RETURNING RESPONSE
           CALL "responses_response_status" USING BY VALUE RESPONSE
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           MOVE TICKS TO SHOWN-TICKS
           DISPLAY X"0A" "[" BUFFER(1:TEXT-LENGTH)
               ", and the clock ticked " FUNCTION TRIM(SHOWN-TICKS)
               " times meanwhile]".

       COPY "responses-pd.cpy".
