      *> 10-session.cob - a function that the model may call, over one
      *> connection
      *>
      *> As 07-tools, but each round is a turn of a session: it sends
      *> what is new, with "previous_response_id", over a connection that
      *> is there already, and the answer is printed while it is written.
      *> Nothing is stored at the server ("store": false); the session's
      *> connection remembers the response before.
      *>
      *>     make && OPENAI_API_KEY=... ./10-session-cobol
      *>
      *> RESPONSES_MODEL names another model than gpt-5,
      *> OPENAI_BASE_URL another server.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. TURNS-OF-A-SESSION.

       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY "responses.cpy".
       COPY "responses-ws.cpy".
       01  A-SESSION           USAGE POINTER VALUE NULL.
      *> The JSON schema of the function's arguments.
       01  PARAMETERS          PIC X(200) VALUE
           '{"type": "object", "properties": {"city":' &
           ' {"type": "string", "enum": ["Paris", "Rome"]}},' &
           ' "required": ["city"], "additionalProperties": false}' &
           X"00".
      *> Texts that end in NUL.
       01  CALL-ID             PIC X(4000).
       01  CITY                PIC X(50).
       01  OUTPUT-TEXT         PIC X(100).
       01  FIELD-NAME          PIC X(20).
       01  ITEM                USAGE BINARY-LONG.
       01  ITEMS               USAGE BINARY-LONG.
       01  CALLS               USAGE BINARY-LONG VALUE 1.
       01  TURNS               USAGE BINARY-LONG VALUE 0.
       01  CONNECTIONS         USAGE BINARY-LONG.
       01  DIGITS              PIC Z(8)9.
       01  MORE-DIGITS         PIC Z(8)9.

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
           CALL "responses_request_set_boolean" USING
               BY VALUE REQUEST
               BY REFERENCE Z"store"
               BY VALUE 0
               RETURNING STICKS
           CALL "responses_request_add_function_tool" USING
               BY VALUE REQUEST
               BY REFERENCE Z"get_weather"
               BY REFERENCE Z"The weather of a city today."
               BY REFERENCE PARAMETERS
               BY VALUE 1
               RETURNING STICKS
           CALL "responses_request_add_message" USING
               BY VALUE REQUEST
               BY REFERENCE Z"user"
               BY REFERENCE Z"How is the weather in Paris and in Rome?"
               BY VALUE SIZE 8 NTS
               RETURNING STICKS

           CALL "responses_client_new" USING
               BY REFERENCE CLIENT
               BY REFERENCE ERR
               RETURNING STAT
           IF STAT = RESPONSES-OK
               CALL "responses_session_open" USING
                   BY VALUE CLIENT
                   BY REFERENCE A-SESSION
                   BY REFERENCE ERR
                   RETURNING STAT
           END-IF
           PERFORM TAKE-TURN
               UNTIL STAT NOT = RESPONSES-OK OR CALLS = 0 OR TURNS = 5

           MOVE 1 TO RETURN-CODE
           EVALUATE TRUE
               WHEN STAT NOT = RESPONSES-OK
                   PERFORM SHOW-ERROR
               WHEN CALLS > 0
                   DISPLAY "after 5 turns the model still calls "
                       "functions" UPON SYSERR
               WHEN OTHER
                   PERFORM SHOW-END
                   MOVE 0 TO RETURN-CODE
           END-EVALUATE

           CALL "responses_call_free" USING BY VALUE RUNNING
               RETURNING OMITTED
           CALL "responses_error_free" USING BY VALUE ERR
               RETURNING OMITTED
           CALL "responses_request_free" USING BY VALUE REQUEST
               RETURNING OMITTED
           CALL "responses_session_free" USING BY VALUE A-SESSION
               RETURNING OMITTED
           CALL "responses_client_free" USING BY VALUE CLIENT
               RETURNING OMITTED
           STOP RUN.

       SHOW-END.
           CALL "responses_session_connections" USING
               BY VALUE A-SESSION
               RETURNING CONNECTIONS
           CALL "responses_response_status" USING BY VALUE RESPONSE
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           MOVE TURNS TO DIGITS
           MOVE CONNECTIONS TO MORE-DIGITS
           DISPLAY "[" BUFFER(1:TEXT-LENGTH) ", turns: "
               FUNCTION TRIM(DIGITS) ", connections: "
               FUNCTION TRIM(MORE-DIGITS) "]".

      *> Sends the request as a turn, and makes it into the next one.
       TAKE-TURN.
           ADD 1 TO TURNS
           CALL "responses_call_free" USING BY VALUE RUNNING
               RETURNING OMITTED
           SET RUNNING TO NULL
           CALL "responses_request_status" USING BY VALUE REQUEST
               RETURNING STAT
           IF STAT = RESPONSES-OK
               CALL "responses_request_json" USING
                   BY VALUE REQUEST
                   BY REFERENCE OMITTED
                   RETURNING C-TEXT
               CALL "responses_session_create_start" USING
                   BY VALUE A-SESSION
                   BY VALUE C-TEXT
                   BY VALUE SIZE 8 NTS
                   BY REFERENCE RUNNING
                   BY REFERENCE ERR
                   RETURNING STAT
           END-IF
           PERFORM READ-EVENT
               UNTIL STAT NOT = RESPONSES-OK
                 AND STAT NOT = RESPONSES-AGAIN
           IF STAT = RESPONSES-DONE
      *> Borrowed from the call, which is freed before the next turn.
               CALL "responses_call_response" USING BY VALUE RUNNING
                   RETURNING RESPONSE
               PERFORM ANSWER-CALLS
           END-IF.

      *> Reads one event, or waits for the next.
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

      *> Makes the calls of the response and puts what they came to into
      *> the request; CALLS is how many there were.
       ANSWER-CALLS.
           CALL "responses_response_id" USING BY VALUE RESPONSE
               RETURNING C-TEXT
           CALL "responses_request_set_string" USING
               BY VALUE REQUEST
               BY REFERENCE Z"previous_response_id"
               BY VALUE C-TEXT
               BY VALUE SIZE 8 NTS
               RETURNING STICKS
           CALL "responses_request_remove" USING
               BY VALUE REQUEST
               BY REFERENCE Z"input"
               RETURNING STICKS
           MOVE 0 TO CALLS
           MOVE 0 TO ITEMS
           CALL "responses_read_count" USING
               BY VALUE RESPONSE
               BY REFERENCE Z"/output"
               BY REFERENCE ITEMS
               RETURNING STICKS
           PERFORM ANSWER-ITEM
               VARYING ITEM FROM 0 BY 1 UNTIL ITEM = ITEMS
      *> What was not there to be read does not end the program.
           MOVE RESPONSES-OK TO STAT.

       ANSWER-ITEM.
           MOVE "type" TO FIELD-NAME
           PERFORM TAKE-FIELD
           IF TEXT-LENGTH > 0 AND
               BUFFER(1:TEXT-LENGTH) = "function_call"
               PERFORM ANSWER-CALL
           END-IF.

       ANSWER-CALL.
           ADD 1 TO CALLS
           MOVE "call_id" TO FIELD-NAME
           PERFORM TAKE-FIELD
           IF STAT NOT = RESPONSES-OK
      *> There is none, or it does not fit into BUFFER.
               DISPLAY "call_id: " UPON SYSERR WITH NO ADVANCING
               PERFORM SHOW-ERROR
               STOP RUN RETURNING 1
           END-IF
           MOVE BUFFER TO CALL-ID
           MOVE "name" TO FIELD-NAME
           PERFORM TAKE-FIELD
           IF TEXT-LENGTH > 0 AND
               BUFFER(1:TEXT-LENGTH) = "get_weather"
               MOVE "arguments" TO FIELD-NAME
               PERFORM TAKE-FIELD
               PERFORM GET-WEATHER
           ELSE
               MOVE Z"error: no such function" TO OUTPUT-TEXT
           END-IF
           CALL "responses_request_add_function_output" USING
               BY VALUE REQUEST
               BY REFERENCE CALL-ID
               BY REFERENCE OUTPUT-TEXT
               BY VALUE SIZE 8 NTS
               RETURNING STICKS.

      *> The function. Its arguments are in BUFFER. A model writes them,
      *> so they need not be what they should.
       GET-WEATHER.
           CALL "responses_json_read_string" USING
               BY REFERENCE BUFFER
               BY VALUE SIZE 8 TEXT-LENGTH
               BY REFERENCE Z"/city"
               BY REFERENCE CITY
               BY VALUE SIZE 8 FUNCTION LENGTH(CITY)
               BY REFERENCE NEEDED
               RETURNING STAT
           IF STAT = RESPONSES-OK AND NEEDED > 1
               SUBTRACT 1 FROM NEEDED
               DISPLAY "get_weather: " CITY(1:NEEDED)
               STRING "21 degrees in " CITY(1:NEEDED) X"00"
                   DELIMITED BY SIZE INTO OUTPUT-TEXT
           ELSE
               MOVE Z"error: no JSON with a city" TO OUTPUT-TEXT
           END-IF.

      *> Copies a field of an item of the output into BUFFER.
       TAKE-FIELD.
           MOVE ITEM TO DIGITS
           STRING "/output/" FUNCTION TRIM(DIGITS) "/"
               FUNCTION TRIM(FIELD-NAME) X"00"
               DELIMITED BY SIZE INTO PLACE
           PERFORM TAKE-VALUE.

       COPY "responses-pd.cpy".
