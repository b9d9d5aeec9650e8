      *> 07-tools.cob - a function that the model may call
      *>
      *> The model answers with calls of the function in place of a text.
      *> Each is made here, what it came to goes back with
      *> "previous_response_id", and this again and again until there is
      *> a text.
      *>
      *>     make && OPENAI_API_KEY=... ./07-tools-cobol
      *>
      *> RESPONSES_MODEL names another model than gpt-5,
      *> OPENAI_BASE_URL another server.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. TOOLS.

       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY "responses.cpy".
       COPY "responses-ws.cpy".
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
       01  CALLED              USAGE BINARY-LONG VALUE 0.
       01  ROUNDS              USAGE BINARY-LONG.
       01  DIGITS              PIC Z(8)9.

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
           PERFORM DO-ROUND VARYING ROUNDS FROM 1 BY 1
               UNTIL STAT NOT = RESPONSES-OK OR CALLS = 0 OR ROUNDS > 5

           MOVE 1 TO RETURN-CODE
           EVALUATE TRUE
               WHEN STAT NOT = RESPONSES-OK
                   PERFORM SHOW-ERROR
               WHEN CALLS > 0
                   DISPLAY "after 5 rounds the model still calls "
                       "functions" UPON SYSERR
               WHEN OTHER
                   PERFORM SHOW-ANSWER
                   MOVE 0 TO RETURN-CODE
           END-EVALUATE

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
           CALL "responses_response_status" USING BY VALUE RESPONSE
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           MOVE CALLED TO DIGITS
           DISPLAY "[" BUFFER(1:TEXT-LENGTH) ", get_weather was called "
               FUNCTION TRIM(DIGITS) " times]".

      *> Sends the request, and makes it into the next one.
       DO-ROUND.
           CALL "responses_response_free" USING BY VALUE RESPONSE
               RETURNING OMITTED
           CALL "responses_request_create" USING
               BY VALUE REQUEST
               BY VALUE CLIENT
               BY REFERENCE RESPONSE
               BY REFERENCE ERR
               RETURNING STAT
           IF STAT = RESPONSES-OK
               PERFORM ANSWER-CALLS
           END-IF.

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
               ADD 1 TO CALLED
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
