      *> 06-many-at-once.cob - 500 streams at the same time
      *>
      *> The same event loop as 05-event-loop.cob: next_ready names the
      *> calls that have something to read, so that nobody has to look
      *> through all of them, and no table of calls is needed.
      *>
      *>     make && OPENAI_API_KEY=... ./06-many-at-once-cobol 20
      *>
      *> RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL
      *> another server; the argument is another number of streams.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. MANY-AT-ONCE.

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
       01  READABLE            USAGE BINARY-LONG.
       01  READY-STATUS        USAGE BINARY-LONG.
       01  READY-CALL          USAGE POINTER VALUE NULL.
      *> A text that ends in NUL.
       01  QUESTION            PIC X(40).
       01  ARGUMENT            PIC X(9).
       01  STREAMS             PIC 9(9) VALUE 500.
       01  NUMBER-ASKED        PIC 9(9).
       01  UNDER-WAY           PIC 9(9) VALUE 0.
       01  COMPLETED           PIC 9(9) VALUE 0.
       01  EVENTS              PIC 9(9) VALUE 0.
       01  DIGITS              PIC Z(8)9.

       PROCEDURE DIVISION.
       MAIN-PARAGRAPH.
           ACCEPT ARGUMENT FROM ARGUMENT-VALUE
               ON EXCEPTION CONTINUE
               NOT ON EXCEPTION
                   COMPUTE STREAMS = FUNCTION NUMVAL(ARGUMENT)
           END-ACCEPT
           PERFORM TAKE-MODEL
           CALL "responses_client_new" USING
               BY REFERENCE CLIENT
               BY REFERENCE ERR
               RETURNING STAT
           IF STAT NOT = RESPONSES-OK
               PERFORM SHOW-ERROR
               STOP RUN RETURNING 1
           END-IF
           CALL "responses_request_new" USING BY REFERENCE REQUEST
               RETURNING STICKS
           CALL "responses_request_set_string" USING
               BY VALUE REQUEST
               BY REFERENCE Z"model"
               BY REFERENCE MODEL
               BY VALUE SIZE 8 NTS
               RETURNING STICKS
           PERFORM START-STREAM VARYING NUMBER-ASKED FROM 0 BY 1
               UNTIL NUMBER-ASKED = STREAMS
           MOVE UNDER-WAY TO DIGITS
           DISPLAY FUNCTION TRIM(DIGITS) " streams are under way"

           CALL "responses_client_fd" USING BY VALUE CLIENT
               RETURNING HOST-FD
           PERFORM LOOP-ONCE UNTIL UNDER-WAY = 0

           MOVE COMPLETED TO DIGITS
           DISPLAY FUNCTION TRIM(DIGITS) " of " WITH NO ADVANCING
           MOVE STREAMS TO DIGITS
           DISPLAY FUNCTION TRIM(DIGITS) " streams completed, with "
               WITH NO ADVANCING
           MOVE EVENTS TO DIGITS
           DISPLAY FUNCTION TRIM(DIGITS) " events"
           CALL "responses_request_free" USING BY VALUE REQUEST
               RETURNING OMITTED
           CALL "responses_client_free" USING BY VALUE CLIENT
               RETURNING OMITTED
           IF COMPLETED NOT = STREAMS
               MOVE 1 TO RETURN-CODE
           END-IF
           STOP RUN.

      *> One request serves for all: it is sent as it is at that moment.
       START-STREAM.
           MOVE NUMBER-ASKED TO DIGITS
           STRING "Who is number " FUNCTION TRIM(DIGITS) "?" X"00"
               DELIMITED BY SIZE INTO QUESTION
           CALL "responses_request_set_string" USING
               BY VALUE REQUEST
               BY REFERENCE Z"input"
               BY REFERENCE QUESTION
               BY VALUE SIZE 8 NTS
               RETURNING STICKS
           CALL "responses_request_create_stream_start" USING
               BY VALUE REQUEST
               BY VALUE CLIENT
               BY REFERENCE RUNNING
               BY REFERENCE ERR
               RETURNING STAT
           IF STAT NOT = RESPONSES-OK
               PERFORM SHOW-ERROR
               STOP RUN RETURNING 1
           END-IF
           ADD 1 TO UNDER-WAY.

       LOOP-ONCE.
           CALL "poll" USING
               BY REFERENCE HOST
               BY VALUE SIZE 8 HOSTS
               BY VALUE NO-LIMIT
               RETURNING READABLE
           CALL "responses_client_dispatch" USING BY VALUE CLIENT
               RETURNING READY-STATUS
           IF READY-STATUS = RESPONSES-OK
               PERFORM NEXT-READY
           END-IF
           PERFORM UNTIL READY-STATUS NOT = RESPONSES-OK
               PERFORM READ-CALL
               PERFORM NEXT-READY
           END-PERFORM
           IF READY-STATUS NOT = RESPONSES-AGAIN
      *> The client is of no use any more.
               MOVE READY-STATUS TO STAT
               PERFORM SHOW-ERROR
               STOP RUN RETURNING 1
           END-IF.

       NEXT-READY.
           CALL "responses_client_next_ready" USING
               BY VALUE CLIENT
               BY REFERENCE READY-CALL
               RETURNING READY-STATUS.

      *> Reads what a call has; frees it when it has come to its end.
       READ-CALL.
           MOVE RESPONSES-OK TO STAT
           PERFORM UNTIL STAT NOT = RESPONSES-OK
               CALL "responses_call_next" USING
                   BY VALUE READY-CALL
                   BY REFERENCE AN-EVENT
                   BY REFERENCE ERR
                   RETURNING STAT
               IF STAT = RESPONSES-OK
                   ADD 1 TO EVENTS
               END-IF
           END-PERFORM
           IF STAT NOT = RESPONSES-AGAIN
               IF STAT = RESPONSES-DONE
                   ADD 1 TO COMPLETED
               ELSE
                   PERFORM SHOW-ERROR
                   CALL "responses_error_free" USING BY VALUE ERR
                       RETURNING OMITTED
               END-IF
               SUBTRACT 1 FROM UNDER-WAY
               CALL "responses_call_free" USING BY VALUE READY-CALL
                   RETURNING OMITTED
           END-IF.

       COPY "responses-pd.cpy".
