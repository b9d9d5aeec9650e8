      *> Paragraphs for programs with libresponses: text out of it, errors.

      *> The model to ask, from the environment.
       TAKE-MODEL.
           ACCEPT MODEL FROM ENVIRONMENT "RESPONSES_MODEL"
               ON EXCEPTION MOVE "gpt-5" TO MODEL
           END-ACCEPT
           MOVE FUNCTION CONCATENATE(FUNCTION TRIM(MODEL), X"00")
               TO MODEL.

      *> Copies the text of C-TEXT. What does not fit is left out.
       TAKE-TEXT.
           CALL "responses_copy_text" USING
               BY VALUE C-TEXT
               BY VALUE SIZE 8 NTS
               BY REFERENCE BUFFER
               BY VALUE SIZE 8 FUNCTION LENGTH(BUFFER)
               BY REFERENCE NEEDED
               RETURNING COPIED
           PERFORM TAKE-LENGTH.

      *> Copies the response's value at PLACE, which ends in NUL. STAT is
      *> RESPONSES-E-RANGE when there is nothing.
       TAKE-VALUE.
           CALL "responses_read_string" USING
               BY VALUE RESPONSE
               BY REFERENCE PLACE
               BY REFERENCE BUFFER
               BY VALUE SIZE 8 FUNCTION LENGTH(BUFFER)
               BY REFERENCE NEEDED
               RETURNING STAT
           PERFORM TAKE-LENGTH.

      *> Both count the NUL at the end, and count on when it does not fit.
       TAKE-LENGTH.
           COMPUTE TEXT-LENGTH =
               FUNCTION MIN(NEEDED, FUNCTION LENGTH(BUFFER))
           IF TEXT-LENGTH > 0
               SUBTRACT 1 FROM TEXT-LENGTH
           END-IF.

      *> Displays the text, at once and without a new line.
       SHOW-TEXT.
           IF TEXT-LENGTH > 0
               DISPLAY BUFFER(1:TEXT-LENGTH) WITH NO ADVANCING
               CALL C-FFLUSH USING BY VALUE ALL-FILES
           END-IF.

      *> Displays STAT by its name, and what ERR says about it or, where
      *> the request could not be sent, what was wrong with it.
       SHOW-ERROR.
           CALL "responses_status_name" USING BY VALUE STAT
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           DISPLAY BUFFER(1:TEXT-LENGTH) ": " UPON SYSERR
               WITH NO ADVANCING
           CALL "responses_error_field" USING
               BY VALUE ERR
               BY VALUE RESPONSES-ERROR-MESSAGE
               BY REFERENCE OMITTED
               RETURNING C-TEXT
           PERFORM TAKE-TEXT
           IF TEXT-LENGTH = 0
               CALL "responses_request_problem" USING BY VALUE REQUEST
                   RETURNING C-TEXT
               PERFORM TAKE-TEXT
           END-IF
           IF TEXT-LENGTH > 0
               DISPLAY BUFFER(1:TEXT-LENGTH) UPON SYSERR
           ELSE
               DISPLAY "no details" UPON SYSERR
           END-IF.
