! The functions and constants of responses.h and responses_request.h. Written by
! declarations.py; do not edit. Text goes in with a c_null_char at its end; text that
! comes out is a type(c_ptr), which text_of() of responses_text makes a string of.
module responses
  use, intrinsic :: iso_c_binding
  implicit none

  integer(c_size_t), parameter :: RESPONSES_NTS = -1_c_size_t
  integer(c_int), parameter :: RESPONSES_AGAIN = 1
  integer(c_int), parameter :: RESPONSES_ATTEMPT_BYTES_RECEIVED = 11
  integer(c_int), parameter :: RESPONSES_ATTEMPT_BYTES_SENT = 10
  integer(c_int), parameter :: RESPONSES_ATTEMPT_CACHED_TOKENS = 31
  integer(c_int), parameter :: RESPONSES_ATTEMPT_CONNECT_US = 21
  integer(c_int), parameter :: RESPONSES_ATTEMPT_CONVERSATION = 50
  integer(c_int), parameter :: RESPONSES_ATTEMPT_EVENTS = 12
  integer(c_int), parameter :: RESPONSES_ATTEMPT_FIRST_BYTE_US = 24
  integer(c_int), parameter :: RESPONSES_ATTEMPT_FIRST_EVENT_US = 25
  integer(c_int), parameter :: RESPONSES_ATTEMPT_HOST = 43
  integer(c_int), parameter :: RESPONSES_ATTEMPT_HTTP_STATUS = 3
  integer(c_int), parameter :: RESPONSES_ATTEMPT_HTTP_VERSION = 44
  integer(c_int), parameter :: RESPONSES_ATTEMPT_INPUT_TOKENS = 30
  integer(c_int), parameter :: RESPONSES_ATTEMPT_LAST_EVENT_US = 26
  integer(c_int), parameter :: RESPONSES_ATTEMPT_LOOKUP_US = 20
  integer(c_int), parameter :: RESPONSES_ATTEMPT_METHOD = 41
  integer(c_int), parameter :: RESPONSES_ATTEMPT_NEXT = 4
  integer(c_int), parameter :: RESPONSES_ATTEMPT_OPERATION = 40
  integer(c_int), parameter :: RESPONSES_ATTEMPT_OUTPUT_TOKENS = 32
  integer(c_int), parameter :: RESPONSES_ATTEMPT_PATH = 42
  integer(c_int), parameter :: RESPONSES_ATTEMPT_PAUSE_MS = 5
  integer(c_int), parameter :: RESPONSES_ATTEMPT_PHASE = 6
  integer(c_int), parameter :: RESPONSES_ATTEMPT_PORT = 8
  integer(c_int), parameter :: RESPONSES_ATTEMPT_PREVIOUS_RESPONSE_ID = 49
  integer(c_int), parameter :: RESPONSES_ATTEMPT_REASON = 45
  integer(c_int), parameter :: RESPONSES_ATTEMPT_REASONING_TOKENS = 33
  integer(c_int), parameter :: RESPONSES_ATTEMPT_REQUEST_ID = 46
  integer(c_int), parameter :: RESPONSES_ATTEMPT_REQUEST_MODEL = 48
  integer(c_int), parameter :: RESPONSES_ATTEMPT_RESPONSE_ID = 47
  integer(c_int), parameter :: RESPONSES_ATTEMPT_RESPONSE_MODEL = 51
  integer(c_int), parameter :: RESPONSES_ATTEMPT_RETRY_AFTER_MS = 7
  integer(c_int), parameter :: RESPONSES_ATTEMPT_REUSED = 9
  integer(c_int), parameter :: RESPONSES_ATTEMPT_SENT_US = 23
  integer(c_int), parameter :: RESPONSES_ATTEMPT_STATUS = 2
  integer(c_int), parameter :: RESPONSES_ATTEMPT_TLS_US = 22
  integer(c_int), parameter :: RESPONSES_ATTEMPT_TOTAL_TOKENS = 34
  integer(c_int), parameter :: RESPONSES_ATTEMPT_TOTAL_US = 27
  integer(c_int), parameter :: RESPONSES_BATCH_JSON = 1
  integer(c_int), parameter :: RESPONSES_DONE = 2
  integer(c_int), parameter :: RESPONSES_ERROR_BODY = 6
  integer(c_int), parameter :: RESPONSES_ERROR_CODE = 3
  integer(c_int), parameter :: RESPONSES_ERROR_HEADERS = 9
  integer(c_int), parameter :: RESPONSES_ERROR_HISTORY = 8
  integer(c_int), parameter :: RESPONSES_ERROR_HTTP_VERSION = 10
  integer(c_int), parameter :: RESPONSES_ERROR_MESSAGE = 1
  integer(c_int), parameter :: RESPONSES_ERROR_PARAM = 4
  integer(c_int), parameter :: RESPONSES_ERROR_REQUEST_ID = 5
  integer(c_int), parameter :: RESPONSES_ERROR_RESPONSE_ID = 7
  integer(c_int), parameter :: RESPONSES_ERROR_TYPE = 2
  integer(c_int), parameter :: RESPONSES_EVENT_APPLY_PATCH_DIFF_DELTA = 63
  integer(c_int), parameter :: RESPONSES_EVENT_APPLY_PATCH_DIFF_DONE = 64
  integer(c_int), parameter :: RESPONSES_EVENT_AUDIO_DELTA = 59
  integer(c_int), parameter :: RESPONSES_EVENT_AUDIO_DONE = 60
  integer(c_int), parameter :: RESPONSES_EVENT_AUDIO_TRANSCRIPT_DELTA = 61
  integer(c_int), parameter :: RESPONSES_EVENT_AUDIO_TRANSCRIPT_DONE = 62
  integer(c_int), parameter :: RESPONSES_EVENT_CANCELLED = 65
  integer(c_int), parameter :: RESPONSES_EVENT_CODE_INTERPRETER_CODE_DELTA = 39
  integer(c_int), parameter :: RESPONSES_EVENT_CODE_INTERPRETER_CODE_DONE = 40
  integer(c_int), parameter :: RESPONSES_EVENT_CODE_INTERPRETER_COMPLETED = 38
  integer(c_int), parameter :: RESPONSES_EVENT_CODE_INTERPRETER_INTERPRETING = 37
  integer(c_int), parameter :: RESPONSES_EVENT_CODE_INTERPRETER_IN_PROGRESS = 36
  integer(c_int), parameter :: RESPONSES_EVENT_COMPACTION_COMPACTING = 58
  integer(c_int), parameter :: RESPONSES_EVENT_COMPLETED = 4
  integer(c_int), parameter :: RESPONSES_EVENT_CONTENT_PART_ADDED = 12
  integer(c_int), parameter :: RESPONSES_EVENT_CONTENT_PART_DONE = 13
  integer(c_int), parameter :: RESPONSES_EVENT_CREATED = 1
  integer(c_int), parameter :: RESPONSES_EVENT_CUSTOM_TOOL_CALL_INPUT_DELTA = 22
  integer(c_int), parameter :: RESPONSES_EVENT_CUSTOM_TOOL_CALL_INPUT_DONE = 23
  integer(c_int), parameter :: RESPONSES_EVENT_ERROR = 7
  integer(c_int), parameter :: RESPONSES_EVENT_FAILED = 6
  integer(c_int), parameter :: RESPONSES_EVENT_FILE_SEARCH_CALL_COMPLETED = 32
  integer(c_int), parameter :: RESPONSES_EVENT_FILE_SEARCH_CALL_IN_PROGRESS = 30
  integer(c_int), parameter :: RESPONSES_EVENT_FILE_SEARCH_CALL_SEARCHING = 31
  integer(c_int), parameter :: RESPONSES_EVENT_FUNCTION_CALL_ARGUMENTS_DELTA = 20
  integer(c_int), parameter :: RESPONSES_EVENT_FUNCTION_CALL_ARGUMENTS_DONE = 21
  integer(c_int), parameter :: RESPONSES_EVENT_IMAGE_GENERATION_COMPLETED = 44
  integer(c_int), parameter :: RESPONSES_EVENT_IMAGE_GENERATION_GENERATING = 42
  integer(c_int), parameter :: RESPONSES_EVENT_IMAGE_GENERATION_IN_PROGRESS = 41
  integer(c_int), parameter :: RESPONSES_EVENT_IMAGE_GENERATION_PARTIAL_IMAGE = 43
  integer(c_int), parameter :: RESPONSES_EVENT_INCOMPLETE = 5
  integer(c_int), parameter :: RESPONSES_EVENT_IN_PROGRESS = 3
  integer(c_int), parameter :: RESPONSES_EVENT_KEEPALIVE = 8
  integer(c_int), parameter :: RESPONSES_EVENT_MCP_CALL_ARGUMENTS_DELTA = 51
  integer(c_int), parameter :: RESPONSES_EVENT_MCP_CALL_ARGUMENTS_DONE = 52
  integer(c_int), parameter :: RESPONSES_EVENT_MCP_CALL_COMPLETED = 49
  integer(c_int), parameter :: RESPONSES_EVENT_MCP_CALL_FAILED = 50
  integer(c_int), parameter :: RESPONSES_EVENT_MCP_CALL_IN_PROGRESS = 48
  integer(c_int), parameter :: RESPONSES_EVENT_MCP_LIST_TOOLS_COMPLETED = 46
  integer(c_int), parameter :: RESPONSES_EVENT_MCP_LIST_TOOLS_FAILED = 47
  integer(c_int), parameter :: RESPONSES_EVENT_MCP_LIST_TOOLS_IN_PROGRESS = 45
  integer(c_int), parameter :: RESPONSES_EVENT_OTHER = 0
  integer(c_int), parameter :: RESPONSES_EVENT_OUTPUT_ITEM_ADDED = 10
  integer(c_int), parameter :: RESPONSES_EVENT_OUTPUT_ITEM_DONE = 11
  integer(c_int), parameter :: RESPONSES_EVENT_OUTPUT_TEXT_ANNOTATION_ADDED = 16
  integer(c_int), parameter :: RESPONSES_EVENT_OUTPUT_TEXT_DELTA = 14
  integer(c_int), parameter :: RESPONSES_EVENT_OUTPUT_TEXT_DONE = 15
  integer(c_int), parameter :: RESPONSES_EVENT_QUEUED = 2
  integer(c_int), parameter :: RESPONSES_EVENT_REASONING_SUMMARY_PART_ADDED = 24
  integer(c_int), parameter :: RESPONSES_EVENT_REASONING_SUMMARY_PART_DONE = 25
  integer(c_int), parameter :: RESPONSES_EVENT_REASONING_SUMMARY_TEXT_DELTA = 26
  integer(c_int), parameter :: RESPONSES_EVENT_REASONING_SUMMARY_TEXT_DONE = 27
  integer(c_int), parameter :: RESPONSES_EVENT_REASONING_TEXT_DELTA = 28
  integer(c_int), parameter :: RESPONSES_EVENT_REASONING_TEXT_DONE = 29
  integer(c_int), parameter :: RESPONSES_EVENT_REFUSAL_DELTA = 17
  integer(c_int), parameter :: RESPONSES_EVENT_REFUSAL_DONE = 18
  integer(c_int), parameter :: RESPONSES_EVENT_SHELL_CALL_COMMAND_ADDED = 53
  integer(c_int), parameter :: RESPONSES_EVENT_SHELL_CALL_COMMAND_DELTA = 54
  integer(c_int), parameter :: RESPONSES_EVENT_SHELL_CALL_COMMAND_DONE = 55
  integer(c_int), parameter :: RESPONSES_EVENT_SHELL_CALL_OUTPUT_CONTENT_DELTA = 56
  integer(c_int), parameter :: RESPONSES_EVENT_SHELL_CALL_OUTPUT_CONTENT_DONE = 57
  integer(c_int), parameter :: RESPONSES_EVENT_STEER_ACCEPTED = 66
  integer(c_int), parameter :: RESPONSES_EVENT_STEER_FAILED = 68
  integer(c_int), parameter :: RESPONSES_EVENT_STEER_PENDING = 67
  integer(c_int), parameter :: RESPONSES_EVENT_WEB_SEARCH_CALL_COMPLETED = 35
  integer(c_int), parameter :: RESPONSES_EVENT_WEB_SEARCH_CALL_IN_PROGRESS = 33
  integer(c_int), parameter :: RESPONSES_EVENT_WEB_SEARCH_CALL_SEARCHING = 34
  integer(c_int), parameter :: RESPONSES_E_API = -10
  integer(c_int), parameter :: RESPONSES_E_BUSY = -3
  integer(c_int), parameter :: RESPONSES_E_CANCELLED = -5
  integer(c_int), parameter :: RESPONSES_E_FORKED = -4
  integer(c_int), parameter :: RESPONSES_E_HTTP = -9
  integer(c_int), parameter :: RESPONSES_E_INTERNAL = -17
  integer(c_int), parameter :: RESPONSES_E_INVALID = -1
  integer(c_int), parameter :: RESPONSES_E_LIMIT = -13
  integer(c_int), parameter :: RESPONSES_E_NETWORK = -7
  integer(c_int), parameter :: RESPONSES_E_NOMEM = -2
  integer(c_int), parameter :: RESPONSES_E_PROTOCOL = -11
  integer(c_int), parameter :: RESPONSES_E_RANGE = -14
  integer(c_int), parameter :: RESPONSES_E_SIGNATURE = -18
  integer(c_int), parameter :: RESPONSES_E_TIMEOUT = -6
  integer(c_int), parameter :: RESPONSES_E_TLS = -8
  integer(c_int), parameter :: RESPONSES_E_TRUNCATED = -12
  integer(c_int), parameter :: RESPONSES_E_UNSUPPORTED = -15
  integer(c_int), parameter :: RESPONSES_E_USER = -16
  integer(c_int), parameter :: RESPONSES_JSON_ARRAY = 5
  integer(c_int), parameter :: RESPONSES_JSON_FALSE = 1
  integer(c_int), parameter :: RESPONSES_JSON_NULL = 0
  integer(c_int), parameter :: RESPONSES_JSON_NUMBER = 3
  integer(c_int), parameter :: RESPONSES_JSON_OBJECT = 6
  integer(c_int), parameter :: RESPONSES_JSON_STRING = 4
  integer(c_int), parameter :: RESPONSES_JSON_TRUE = 2
  integer(c_int), parameter :: RESPONSES_LOG_DEBUG = 4
  integer(c_int), parameter :: RESPONSES_LOG_ERROR = 1
  integer(c_int), parameter :: RESPONSES_LOG_INFO = 3
  integer(c_int), parameter :: RESPONSES_LOG_NONE = 0
  integer(c_int), parameter :: RESPONSES_LOG_WARNING = 2
  integer(c_int), parameter :: RESPONSES_NEXT_END = 0
  integer(c_int), parameter :: RESPONSES_NEXT_POLL = 3
  integer(c_int), parameter :: RESPONSES_NEXT_RESUME = 2
  integer(c_int), parameter :: RESPONSES_NEXT_RETRY = 1
  integer(c_int), parameter :: RESPONSES_NEXT_STEP = 4
  integer(c_int), parameter :: RESPONSES_OK = 0
  integer(c_int), parameter :: RESPONSES_PHASE_CONNECT = 2
  integer(c_int), parameter :: RESPONSES_PHASE_LOOKUP = 1
  integer(c_int), parameter :: RESPONSES_PHASE_NONE = 0
  integer(c_int), parameter :: RESPONSES_PHASE_READING = 6
  integer(c_int), parameter :: RESPONSES_PHASE_SENDING = 4
  integer(c_int), parameter :: RESPONSES_PHASE_TLS = 3
  integer(c_int), parameter :: RESPONSES_PHASE_WAITING = 5
  integer(c_int), parameter :: RESPONSES_RATE_LIMIT_REQUESTS = 1
  integer(c_int), parameter :: RESPONSES_RATE_LIMIT_REQUESTS_REMAINING = 2
  integer(c_int), parameter :: RESPONSES_RATE_LIMIT_REQUESTS_RESET_MS = 3
  integer(c_int), parameter :: RESPONSES_RATE_LIMIT_TOKENS = 4
  integer(c_int), parameter :: RESPONSES_RATE_LIMIT_TOKENS_REMAINING = 5
  integer(c_int), parameter :: RESPONSES_RATE_LIMIT_TOKENS_RESET_MS = 6

  interface
    function responses_version() bind(c, name='responses_version') result(answer)
      import
      type(c_ptr) :: answer
    end function
    function responses_version_number() bind(c, name='responses_version_number') &
        result(answer)
      import
      integer(c_int) :: answer
    end function
    function responses_abi_version() bind(c, name='responses_abi_version') result(answer)
      import
      integer(c_int) :: answer
    end function
    function responses_build_info() bind(c, name='responses_build_info') result(answer)
      import
      type(c_ptr) :: answer
    end function
    function responses_constant(name, value) bind(c, name='responses_constant') &
        result(answer)
      import
      character(kind=c_char), intent(in), optional :: name(*)
      integer(c_int), intent(out), optional :: value
      integer(c_int) :: answer
    end function
    function responses_status_name(status) bind(c, name='responses_status_name') &
        result(answer)
      import
      integer(c_int), value :: status
      type(c_ptr) :: answer
    end function
    function responses_status_text(status) bind(c, name='responses_status_text') &
        result(answer)
      import
      integer(c_int), value :: status
      type(c_ptr) :: answer
    end function
    function responses_error_status(error) bind(c, name='responses_error_status') &
        result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int) :: answer
    end function
    function responses_error_http_status(error) bind(c, name='responses_error_http_status') &
        result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int) :: answer
    end function
    function responses_error_is_retryable(error) bind(c, &
        name='responses_error_is_retryable') result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int) :: answer
    end function
    function responses_error_retry_after_ms(error) bind(c, &
        name='responses_error_retry_after_ms') result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int64_t) :: answer
    end function
    function responses_error_attempts(error) bind(c, name='responses_error_attempts') &
        result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int) :: answer
    end function
    function responses_error_last_sequence(error) bind(c, &
        name='responses_error_last_sequence') result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int64_t) :: answer
    end function
    function responses_error_field(error, field, len) bind(c, name='responses_error_field') &
        result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int), value :: field
      integer(c_size_t), intent(out), optional :: len
      type(c_ptr) :: answer
    end function
    function responses_error_phase(error) bind(c, name='responses_error_phase') &
        result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int) :: answer
    end function
    subroutine responses_error_free(error) bind(c, name='responses_error_free')
      import
      type(c_ptr), value :: error
    end subroutine
    function responses_client_new(out, err) bind(c, name='responses_client_new') &
        result(answer)
      import
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_client_derive(client, out, err) bind(c, &
        name='responses_client_derive') result(answer)
      import
      type(c_ptr), value :: client
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_client_set(client, name, value, err) bind(c, &
        name='responses_client_set') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: name(*)
      character(kind=c_char), intent(in), optional :: value(*)
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_option_name(index) bind(c, name='responses_option_name') &
        result(answer)
      import
      integer(c_size_t), value :: index
      type(c_ptr) :: answer
    end function
    function responses_client_set_header(client, name, value, err) bind(c, &
        name='responses_client_set_header') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: name(*)
      character(kind=c_char), intent(in), optional :: value(*)
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_client_set_log(client, level, fn, user_data) bind(c, &
        name='responses_client_set_log') result(answer)
      import
      type(c_ptr), value :: client
      integer(c_int), value :: level
      type(c_funptr), value :: fn
      type(c_ptr), value :: user_data
      integer(c_int) :: answer
    end function
    subroutine responses_client_free(client) bind(c, name='responses_client_free')
      import
      type(c_ptr), value :: client
    end subroutine
    function responses_client_set_key_callback(client, fn, user_data) bind(c, &
        name='responses_client_set_key_callback') result(answer)
      import
      type(c_ptr), value :: client
      type(c_funptr), value :: fn
      type(c_ptr), value :: user_data
      integer(c_int) :: answer
    end function
    function responses_key_request_attempt(request) bind(c, &
        name='responses_key_request_attempt') result(answer)
      import
      type(c_ptr), value :: request
      integer(c_int) :: answer
    end function
    function responses_key_request_http_status(request) bind(c, &
        name='responses_key_request_http_status') result(answer)
      import
      type(c_ptr), value :: request
      integer(c_int) :: answer
    end function
    function responses_key_request_answer(request, key, n, err) bind(c, &
        name='responses_key_request_answer') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: key(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    subroutine responses_key_request_free(request) bind(c, &
        name='responses_key_request_free')
      import
      type(c_ptr), value :: request
    end subroutine
    function responses_response_json(response, len) bind(c, name='responses_response_json') &
        result(answer)
      import
      type(c_ptr), value :: response
      integer(c_size_t), intent(out), optional :: len
      type(c_ptr) :: answer
    end function
    function responses_response_text(response, len) bind(c, name='responses_response_text') &
        result(answer)
      import
      type(c_ptr), value :: response
      integer(c_size_t), intent(out), optional :: len
      type(c_ptr) :: answer
    end function
    function responses_response_id(response) bind(c, name='responses_response_id') &
        result(answer)
      import
      type(c_ptr), value :: response
      type(c_ptr) :: answer
    end function
    function responses_response_status(response) bind(c, name='responses_response_status') &
        result(answer)
      import
      type(c_ptr), value :: response
      type(c_ptr) :: answer
    end function
    function responses_response_http_status(response) bind(c, &
        name='responses_response_http_status') result(answer)
      import
      type(c_ptr), value :: response
      integer(c_int) :: answer
    end function
    function responses_response_request_id(response) bind(c, &
        name='responses_response_request_id') result(answer)
      import
      type(c_ptr), value :: response
      type(c_ptr) :: answer
    end function
    function responses_response_header(response, name) bind(c, &
        name='responses_response_header') result(answer)
      import
      type(c_ptr), value :: response
      character(kind=c_char), intent(in), optional :: name(*)
      type(c_ptr) :: answer
    end function
    function responses_response_headers(response, len) bind(c, &
        name='responses_response_headers') result(answer)
      import
      type(c_ptr), value :: response
      integer(c_size_t), intent(out), optional :: len
      type(c_ptr) :: answer
    end function
    function responses_response_http_version(response) bind(c, &
        name='responses_response_http_version') result(answer)
      import
      type(c_ptr), value :: response
      type(c_ptr) :: answer
    end function
    function responses_response_attempts(response) bind(c, &
        name='responses_response_attempts') result(answer)
      import
      type(c_ptr), value :: response
      integer(c_int) :: answer
    end function
    function responses_response_history(response, len) bind(c, &
        name='responses_response_history') result(answer)
      import
      type(c_ptr), value :: response
      integer(c_size_t), intent(out), optional :: len
      type(c_ptr) :: answer
    end function
    function responses_response_get(response, json_pointer, type, value, len) bind(c, &
        name='responses_response_get') result(answer)
      import
      type(c_ptr), value :: response
      character(kind=c_char), intent(in), optional :: json_pointer(*)
      integer(c_int), intent(out), optional :: type
      type(c_ptr), intent(out), optional :: value
      integer(c_size_t), intent(out), optional :: len
      integer(c_int) :: answer
    end function
    function responses_response_clone(response, out) bind(c, &
        name='responses_response_clone') result(answer)
      import
      type(c_ptr), value :: response
      type(c_ptr), intent(out), optional :: out
      integer(c_int) :: answer
    end function
    subroutine responses_response_free(response) bind(c, name='responses_response_free')
      import
      type(c_ptr), value :: response
    end subroutine
    function responses_event_type(event) bind(c, name='responses_event_type') result(answer)
      import
      type(c_ptr), value :: event
      type(c_ptr) :: answer
    end function
    function responses_event_kind(event) bind(c, name='responses_event_kind') result(answer)
      import
      type(c_ptr), value :: event
      integer(c_int) :: answer
    end function
    function responses_event_sequence(event) bind(c, name='responses_event_sequence') &
        result(answer)
      import
      type(c_ptr), value :: event
      integer(c_int64_t) :: answer
    end function
    function responses_event_text(event, len) bind(c, name='responses_event_text') &
        result(answer)
      import
      type(c_ptr), value :: event
      integer(c_size_t), intent(out), optional :: len
      type(c_ptr) :: answer
    end function
    function responses_event_json(event, len) bind(c, name='responses_event_json') &
        result(answer)
      import
      type(c_ptr), value :: event
      integer(c_size_t), intent(out), optional :: len
      type(c_ptr) :: answer
    end function
    function responses_event_response_id(event) bind(c, name='responses_event_response_id') &
        result(answer)
      import
      type(c_ptr), value :: event
      type(c_ptr) :: answer
    end function
    function responses_event_item_id(event) bind(c, name='responses_event_item_id') &
        result(answer)
      import
      type(c_ptr), value :: event
      type(c_ptr) :: answer
    end function
    function responses_event_output_index(event) bind(c, &
        name='responses_event_output_index') result(answer)
      import
      type(c_ptr), value :: event
      integer(c_int) :: answer
    end function
    function responses_event_content_index(event) bind(c, &
        name='responses_event_content_index') result(answer)
      import
      type(c_ptr), value :: event
      integer(c_int) :: answer
    end function
    function responses_event_get(event, json_pointer, type, value, len) bind(c, &
        name='responses_event_get') result(answer)
      import
      type(c_ptr), value :: event
      character(kind=c_char), intent(in), optional :: json_pointer(*)
      integer(c_int), intent(out), optional :: type
      type(c_ptr), intent(out), optional :: value
      integer(c_size_t), intent(out), optional :: len
      integer(c_int) :: answer
    end function
    function responses_event_clone(event, out) bind(c, name='responses_event_clone') &
        result(answer)
      import
      type(c_ptr), value :: event
      type(c_ptr), intent(out), optional :: out
      integer(c_int) :: answer
    end function
    subroutine responses_event_free(event) bind(c, name='responses_event_free')
      import
      type(c_ptr), value :: event
    end subroutine
    function responses_create(client, json, n, out, err) bind(c, name='responses_create') &
        result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_get(client, id, params_json, n, out, err) bind(c, &
        name='responses_get') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: id(*)
      character(kind=c_char), intent(in), optional :: params_json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_cancel(client, id, out, err) bind(c, name='responses_cancel') &
        result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: id(*)
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_delete(client, id, out, err) bind(c, name='responses_delete') &
        result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: id(*)
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_list_input_items(client, id, params_json, n, out, err) bind(c, &
        name='responses_list_input_items') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: id(*)
      character(kind=c_char), intent(in), optional :: params_json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_count_input_tokens(client, json, n, out, err) bind(c, &
        name='responses_count_input_tokens') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_compact(client, json, n, out, err) bind(c, name='responses_compact') &
        result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_wait(client, id, timeout_ms, out, err) bind(c, name='responses_wait') &
        result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: id(*)
      integer(c_int), value :: timeout_ms
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_send(client, method, path, json, n, out, err) bind(c, &
        name='responses_send') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: method(*)
      character(kind=c_char), intent(in), optional :: path(*)
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_create_stream(client, json, n, on_event, user_data, out, err) bind(c, &
        name='responses_create_stream') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_funptr), value :: on_event
      type(c_ptr), value :: user_data
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_get_stream(client, id, params_json, n, on_event, user_data, out, err) &
        bind(c, name='responses_get_stream') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: id(*)
      character(kind=c_char), intent(in), optional :: params_json(*)
      integer(c_size_t), value :: n
      type(c_funptr), value :: on_event
      type(c_ptr), value :: user_data
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_create_start(client, json, n, out, err) bind(c, &
        name='responses_create_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_create_stream_start(client, json, n, out, err) bind(c, &
        name='responses_create_stream_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_get_start(client, id, params_json, n, out, err) bind(c, &
        name='responses_get_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: id(*)
      character(kind=c_char), intent(in), optional :: params_json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_get_stream_start(client, id, params_json, n, out, err) bind(c, &
        name='responses_get_stream_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: id(*)
      character(kind=c_char), intent(in), optional :: params_json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_cancel_start(client, id, out, err) bind(c, &
        name='responses_cancel_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: id(*)
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_delete_start(client, id, out, err) bind(c, &
        name='responses_delete_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: id(*)
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_list_input_items_start(client, id, params_json, n, out, err) bind(c, &
        name='responses_list_input_items_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: id(*)
      character(kind=c_char), intent(in), optional :: params_json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_count_input_tokens_start(client, json, n, out, err) bind(c, &
        name='responses_count_input_tokens_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_compact_start(client, json, n, out, err) bind(c, &
        name='responses_compact_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_wait_start(client, id, timeout_ms, out, err) bind(c, &
        name='responses_wait_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: id(*)
      integer(c_int), value :: timeout_ms
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_send_start(client, method, path, json, n, out, err) bind(c, &
        name='responses_send_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: method(*)
      character(kind=c_char), intent(in), optional :: path(*)
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_call_next(call, event, err) bind(c, name='responses_call_next') &
        result(answer)
      import
      type(c_ptr), value :: call
      type(c_ptr), intent(out), optional :: event
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_call_next_batch(call, flags, buffer, capacity, used, count, err) &
        bind(c, name='responses_call_next_batch') result(answer)
      import
      type(c_ptr), value :: call
      integer(c_int), value :: flags
      type(c_ptr), value :: buffer
      integer(c_size_t), value :: capacity
      integer(c_size_t), intent(out), optional :: used
      integer(c_int), intent(out), optional :: count
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_call_next_bytes(call, bytes, len, err) bind(c, &
        name='responses_call_next_bytes') result(answer)
      import
      type(c_ptr), value :: call
      type(c_ptr), intent(out), optional :: bytes
      integer(c_size_t), intent(out), optional :: len
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_call_wait(call, timeout_ms) bind(c, name='responses_call_wait') &
        result(answer)
      import
      type(c_ptr), value :: call
      integer(c_int), value :: timeout_ms
      integer(c_int) :: answer
    end function
    function responses_call_cancel(call) bind(c, name='responses_call_cancel') &
        result(answer)
      import
      type(c_ptr), value :: call
      integer(c_int) :: answer
    end function
    function responses_call_response(call) bind(c, name='responses_call_response') &
        result(answer)
      import
      type(c_ptr), value :: call
      type(c_ptr) :: answer
    end function
    function responses_call_set_user_data(call, user_data) bind(c, &
        name='responses_call_set_user_data') result(answer)
      import
      type(c_ptr), value :: call
      type(c_ptr), value :: user_data
      integer(c_int) :: answer
    end function
    function responses_call_user_data(call) bind(c, name='responses_call_user_data') &
        result(answer)
      import
      type(c_ptr), value :: call
      type(c_ptr) :: answer
    end function
    subroutine responses_call_free(call) bind(c, name='responses_call_free')
      import
      type(c_ptr), value :: call
    end subroutine
    function responses_session_open(client, out, err) bind(c, name='responses_session_open') &
        result(answer)
      import
      type(c_ptr), value :: client
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_session_open_start(client, out, call, err) bind(c, &
        name='responses_session_open_start') result(answer)
      import
      type(c_ptr), value :: client
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: call
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_session_create(session, json, n, out, err) bind(c, &
        name='responses_session_create') result(answer)
      import
      type(c_ptr), value :: session
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_session_create_stream(session, json, n, on_event, user_data, out, &
        err) bind(c, name='responses_session_create_stream') result(answer)
      import
      type(c_ptr), value :: session
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_funptr), value :: on_event
      type(c_ptr), value :: user_data
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_session_create_start(session, json, n, out, err) bind(c, &
        name='responses_session_create_start') result(answer)
      import
      type(c_ptr), value :: session
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_session_send_start(session, json, n, out, err) bind(c, &
        name='responses_session_send_start') result(answer)
      import
      type(c_ptr), value :: session
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_session_connections(session) bind(c, &
        name='responses_session_connections') result(answer)
      import
      type(c_ptr), value :: session
      integer(c_int) :: answer
    end function
    subroutine responses_session_free(session) bind(c, name='responses_session_free')
      import
      type(c_ptr), value :: session
    end subroutine
    function responses_tools_new(out, err) bind(c, name='responses_tools_new') &
        result(answer)
      import
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_tools_add(tools, name, description, parameters_json, n, fn, &
        user_data, err) bind(c, name='responses_tools_add') result(answer)
      import
      type(c_ptr), value :: tools
      character(kind=c_char), intent(in), optional :: name(*)
      character(kind=c_char), intent(in), optional :: description(*)
      character(kind=c_char), intent(in), optional :: parameters_json(*)
      integer(c_size_t), value :: n
      type(c_funptr), value :: fn
      type(c_ptr), value :: user_data
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_tools_add_json(tools, json, n, fn, user_data, err) bind(c, &
        name='responses_tools_add_json') result(answer)
      import
      type(c_ptr), value :: tools
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_funptr), value :: fn
      type(c_ptr), value :: user_data
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    subroutine responses_tools_free(tools) bind(c, name='responses_tools_free')
      import
      type(c_ptr), value :: tools
    end subroutine
    function responses_run(client, json, n, tools, on_event, user_data, out, err) bind(c, &
        name='responses_run') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), value :: tools
      type(c_funptr), value :: on_event
      type(c_ptr), value :: user_data
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_run_start(client, json, n, tools, out, err) bind(c, &
        name='responses_run_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), value :: tools
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_session_run(session, json, n, tools, on_event, user_data, out, err) &
        bind(c, name='responses_session_run') result(answer)
      import
      type(c_ptr), value :: session
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), value :: tools
      type(c_funptr), value :: on_event
      type(c_ptr), value :: user_data
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_session_run_start(session, json, n, tools, out, err) bind(c, &
        name='responses_session_run_start') result(answer)
      import
      type(c_ptr), value :: session
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), value :: tools
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_tool_call_name(call) bind(c, name='responses_tool_call_name') &
        result(answer)
      import
      type(c_ptr), value :: call
      type(c_ptr) :: answer
    end function
    function responses_tool_call_id(call) bind(c, name='responses_tool_call_id') &
        result(answer)
      import
      type(c_ptr), value :: call
      type(c_ptr) :: answer
    end function
    function responses_tool_call_arguments(call, len) bind(c, &
        name='responses_tool_call_arguments') result(answer)
      import
      type(c_ptr), value :: call
      integer(c_size_t), intent(out), optional :: len
      type(c_ptr) :: answer
    end function
    function responses_tool_call_answer(call, output, n, err) bind(c, &
        name='responses_tool_call_answer') result(answer)
      import
      type(c_ptr), value :: call
      character(kind=c_char), intent(in), optional :: output(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_tool_call_answer_json(call, json, n, err) bind(c, &
        name='responses_tool_call_answer_json') result(answer)
      import
      type(c_ptr), value :: call
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_tool_call_fail(call, message, n, err) bind(c, &
        name='responses_tool_call_fail') result(answer)
      import
      type(c_ptr), value :: call
      character(kind=c_char), intent(in), optional :: message(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    subroutine responses_tool_call_free(call) bind(c, name='responses_tool_call_free')
      import
      type(c_ptr), value :: call
    end subroutine
    function responses_source_memory(bytes, n, out, err) bind(c, &
        name='responses_source_memory') result(answer)
      import
      character(kind=c_char), intent(in), optional :: bytes(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_source_file(path, out, err) bind(c, name='responses_source_file') &
        result(answer)
      import
      character(kind=c_char), intent(in), optional :: path(*)
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_source_descriptor(fd, out, err) bind(c, &
        name='responses_source_descriptor') result(answer)
      import
      integer(c_int), value :: fd
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_source_callback(read, rewind, size, user_data, out, err) bind(c, &
        name='responses_source_callback') result(answer)
      import
      type(c_funptr), value :: read
      type(c_funptr), value :: rewind
      integer(c_int64_t), value :: size
      type(c_ptr), value :: user_data
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_source_set(source, name, value, err) bind(c, &
        name='responses_source_set') result(answer)
      import
      type(c_ptr), value :: source
      character(kind=c_char), intent(in), optional :: name(*)
      character(kind=c_char), intent(in), optional :: value(*)
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    subroutine responses_source_free(source) bind(c, name='responses_source_free')
      import
      type(c_ptr), value :: source
    end subroutine
    function responses_upload(client, path, fields_json, n, source, out, err) bind(c, &
        name='responses_upload') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: path(*)
      character(kind=c_char), intent(in), optional :: fields_json(*)
      integer(c_size_t), value :: n
      type(c_ptr), value :: source
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_upload_start(client, path, fields_json, n, source, out, err) bind(c, &
        name='responses_upload_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: path(*)
      character(kind=c_char), intent(in), optional :: fields_json(*)
      integer(c_size_t), value :: n
      type(c_ptr), value :: source
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_download(client, path, write, user_data, out, err) bind(c, &
        name='responses_download') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: path(*)
      type(c_funptr), value :: write
      type(c_ptr), value :: user_data
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_download_to(client, path, fd, out, err) bind(c, &
        name='responses_download_to') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: path(*)
      integer(c_int), value :: fd
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_download_start(client, path, out, err) bind(c, &
        name='responses_download_start') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: path(*)
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_client_attach(client, name, source, err) bind(c, &
        name='responses_client_attach') result(answer)
      import
      type(c_ptr), value :: client
      character(kind=c_char), intent(in), optional :: name(*)
      type(c_ptr), value :: source
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_client_set_image_callback(client, fn, user_data) bind(c, &
        name='responses_client_set_image_callback') result(answer)
      import
      type(c_ptr), value :: client
      type(c_funptr), value :: fn
      type(c_ptr), value :: user_data
      integer(c_int) :: answer
    end function
    function responses_client_fd(client) bind(c, name='responses_client_fd') result(answer)
      import
      type(c_ptr), value :: client
      integer(c_int) :: answer
    end function
    function responses_client_dispatch(client) bind(c, name='responses_client_dispatch') &
        result(answer)
      import
      type(c_ptr), value :: client
      integer(c_int) :: answer
    end function
    function responses_client_next_ready(client, call) bind(c, &
        name='responses_client_next_ready') result(answer)
      import
      type(c_ptr), value :: client
      type(c_ptr), intent(out), optional :: call
      integer(c_int) :: answer
    end function
    subroutine responses_client_interrupt(client) bind(c, name='responses_client_interrupt')
      import
      type(c_ptr), value :: client
    end subroutine
    function responses_client_set_attempt_callback(client, fn, user_data) bind(c, &
        name='responses_client_set_attempt_callback') result(answer)
      import
      type(c_ptr), value :: client
      type(c_funptr), value :: fn
      type(c_ptr), value :: user_data
      integer(c_int) :: answer
    end function
    function responses_attempt_number(attempt, field) bind(c, &
        name='responses_attempt_number') result(answer)
      import
      type(c_ptr), value :: attempt
      integer(c_int), value :: field
      integer(c_int64_t) :: answer
    end function
    function responses_attempt_text(attempt, field, len) bind(c, &
        name='responses_attempt_text') result(answer)
      import
      type(c_ptr), value :: attempt
      integer(c_int), value :: field
      integer(c_size_t), intent(out), optional :: len
      type(c_ptr) :: answer
    end function
    function responses_attempt_json(attempt, len) bind(c, name='responses_attempt_json') &
        result(answer)
      import
      type(c_ptr), value :: attempt
      integer(c_size_t), intent(out), optional :: len
      type(c_ptr) :: answer
    end function
    function responses_attempt_response(attempt) bind(c, name='responses_attempt_response') &
        result(answer)
      import
      type(c_ptr), value :: attempt
      type(c_ptr) :: answer
    end function
    function responses_attempt_user_data(attempt) bind(c, &
        name='responses_attempt_user_data') result(answer)
      import
      type(c_ptr), value :: attempt
      type(c_ptr) :: answer
    end function
    function responses_attempt_rate_limit(attempt, which) bind(c, &
        name='responses_attempt_rate_limit') result(answer)
      import
      type(c_ptr), value :: attempt
      integer(c_int), value :: which
      integer(c_int64_t) :: answer
    end function
    function responses_response_rate_limit(response, which) bind(c, &
        name='responses_response_rate_limit') result(answer)
      import
      type(c_ptr), value :: response
      integer(c_int), value :: which
      integer(c_int64_t) :: answer
    end function
    function responses_error_rate_limit(error, which) bind(c, &
        name='responses_error_rate_limit') result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int), value :: which
      integer(c_int64_t) :: answer
    end function
    function responses_decode_start(client, out, err) bind(c, name='responses_decode_start') &
        result(answer)
      import
      type(c_ptr), value :: client
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_call_feed(call, bytes, n, err) bind(c, name='responses_call_feed') &
        result(answer)
      import
      type(c_ptr), value :: call
      character(kind=c_char), intent(in), optional :: bytes(*)
      integer(c_size_t), value :: n
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_call_feed_end(call, err) bind(c, name='responses_call_feed_end') &
        result(answer)
      import
      type(c_ptr), value :: call
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_json_get(json, n, json_pointer, type, value, len) bind(c, &
        name='responses_json_get') result(answer)
      import
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      character(kind=c_char), intent(in), optional :: json_pointer(*)
      integer(c_int), intent(out), optional :: type
      type(c_ptr), intent(out), optional :: value
      integer(c_size_t), intent(out), optional :: len
      integer(c_int) :: answer
    end function
    function responses_json_text(json, n, buffer, capacity, needed) bind(c, &
        name='responses_json_text') result(answer)
      import
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      character(kind=c_char), intent(out), optional :: buffer(*)
      integer(c_size_t), value :: capacity
      integer(c_size_t), intent(out), optional :: needed
      integer(c_int) :: answer
    end function
    function responses_json_read_string(json, n, json_pointer, buffer, capacity, needed) &
        bind(c, name='responses_json_read_string') result(answer)
      import
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      character(kind=c_char), intent(in), optional :: json_pointer(*)
      character(kind=c_char), intent(out), optional :: buffer(*)
      integer(c_size_t), value :: capacity
      integer(c_size_t), intent(out), optional :: needed
      integer(c_int) :: answer
    end function
    function responses_json_count(json, n, json_pointer, count) bind(c, &
        name='responses_json_count') result(answer)
      import
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      character(kind=c_char), intent(in), optional :: json_pointer(*)
      integer(c_int), intent(out), optional :: count
      integer(c_int) :: answer
    end function
    function responses_json_quote(text, n, buffer, capacity, needed) bind(c, &
        name='responses_json_quote') result(answer)
      import
      character(kind=c_char), intent(in), optional :: text(*)
      integer(c_size_t), value :: n
      character(kind=c_char), intent(out), optional :: buffer(*)
      integer(c_size_t), value :: capacity
      integer(c_size_t), intent(out), optional :: needed
      integer(c_int) :: answer
    end function
    function responses_json_check(json, n, depth, type, value, len) bind(c, &
        name='responses_json_check') result(answer)
      import
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      integer(c_int), value :: depth
      integer(c_int), intent(out), optional :: type
      type(c_ptr), intent(out), optional :: value
      integer(c_size_t), intent(out), optional :: len
      integer(c_int) :: answer
    end function
    function responses_webhook_verify(id, timestamp, signatures, payload, n, secrets, &
        tolerance_s, err) bind(c, name='responses_webhook_verify') result(answer)
      import
      character(kind=c_char), intent(in), optional :: id(*)
      character(kind=c_char), intent(in), optional :: timestamp(*)
      character(kind=c_char), intent(in), optional :: signatures(*)
      character(kind=c_char), intent(in), optional :: payload(*)
      integer(c_size_t), value :: n
      character(kind=c_char), intent(in), optional :: secrets(*)
      integer(c_int), value :: tolerance_s
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_copy_text(text, len, buffer, capacity, needed) bind(c, &
        name='responses_copy_text') result(answer)
      import
      character(kind=c_char), intent(in), optional :: text(*)
      integer(c_size_t), value :: len
      character(kind=c_char), intent(out), optional :: buffer(*)
      integer(c_size_t), value :: capacity
      integer(c_size_t), intent(out), optional :: needed
      integer(c_int) :: answer
    end function
    function responses_request_new(out) bind(c, name='responses_request_new') result(answer)
      import
      type(c_ptr), intent(out), optional :: out
      integer(c_int) :: answer
    end function
    subroutine responses_request_free(request) bind(c, name='responses_request_free')
      import
      type(c_ptr), value :: request
    end subroutine
    subroutine responses_request_clear(request) bind(c, name='responses_request_clear')
      import
      type(c_ptr), value :: request
    end subroutine
    function responses_request_set_string(request, name, value, n) bind(c, &
        name='responses_request_set_string') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: name(*)
      character(kind=c_char), intent(in), optional :: value(*)
      integer(c_size_t), value :: n
      integer(c_int) :: answer
    end function
    function responses_request_set_integer(request, name, value) bind(c, &
        name='responses_request_set_integer') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: name(*)
      integer(c_int64_t), value :: value
      integer(c_int) :: answer
    end function
    function responses_request_set_number(request, name, value) bind(c, &
        name='responses_request_set_number') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: name(*)
      real(c_double), value :: value
      integer(c_int) :: answer
    end function
    function responses_request_set_boolean(request, name, value) bind(c, &
        name='responses_request_set_boolean') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: name(*)
      integer(c_int), value :: value
      integer(c_int) :: answer
    end function
    function responses_request_set_null(request, name) bind(c, &
        name='responses_request_set_null') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: name(*)
      integer(c_int) :: answer
    end function
    function responses_request_set_json(request, name, json, n) bind(c, &
        name='responses_request_set_json') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: name(*)
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      integer(c_int) :: answer
    end function
    function responses_request_remove(request, name) bind(c, &
        name='responses_request_remove') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: name(*)
      integer(c_int) :: answer
    end function
    function responses_request_add_message(request, role, text, n) bind(c, &
        name='responses_request_add_message') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: role(*)
      character(kind=c_char), intent(in), optional :: text(*)
      integer(c_size_t), value :: n
      integer(c_int) :: answer
    end function
    function responses_request_add_image(request, role, text, image_url) bind(c, &
        name='responses_request_add_image') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: role(*)
      character(kind=c_char), intent(in), optional :: text(*)
      character(kind=c_char), intent(in), optional :: image_url(*)
      integer(c_int) :: answer
    end function
    function responses_request_add_function_output(request, call_id, output, n) bind(c, &
        name='responses_request_add_function_output') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: call_id(*)
      character(kind=c_char), intent(in), optional :: output(*)
      integer(c_size_t), value :: n
      integer(c_int) :: answer
    end function
    function responses_request_add_item(request, json, n) bind(c, &
        name='responses_request_add_item') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      integer(c_int) :: answer
    end function
    function responses_request_add_output_of(request, response) bind(c, &
        name='responses_request_add_output_of') result(answer)
      import
      type(c_ptr), value :: request
      type(c_ptr), value :: response
      integer(c_int) :: answer
    end function
    function responses_request_add_function_tool(request, name, description, parameters, &
        strict) bind(c, name='responses_request_add_function_tool') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: name(*)
      character(kind=c_char), intent(in), optional :: description(*)
      character(kind=c_char), intent(in), optional :: parameters(*)
      integer(c_int), value :: strict
      integer(c_int) :: answer
    end function
    function responses_request_add_tool(request, json, n) bind(c, &
        name='responses_request_add_tool') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: json(*)
      integer(c_size_t), value :: n
      integer(c_int) :: answer
    end function
    function responses_request_set_schema(request, name, schema, n) bind(c, &
        name='responses_request_set_schema') result(answer)
      import
      type(c_ptr), value :: request
      character(kind=c_char), intent(in), optional :: name(*)
      character(kind=c_char), intent(in), optional :: schema(*)
      integer(c_size_t), value :: n
      integer(c_int) :: answer
    end function
    function responses_request_json(request, len) bind(c, name='responses_request_json') &
        result(answer)
      import
      type(c_ptr), value :: request
      integer(c_size_t), intent(out), optional :: len
      type(c_ptr) :: answer
    end function
    function responses_request_status(request) bind(c, name='responses_request_status') &
        result(answer)
      import
      type(c_ptr), value :: request
      integer(c_int) :: answer
    end function
    function responses_request_problem(request) bind(c, name='responses_request_problem') &
        result(answer)
      import
      type(c_ptr), value :: request
      type(c_ptr) :: answer
    end function
    function responses_request_create(request, client, out, err) bind(c, &
        name='responses_request_create') result(answer)
      import
      type(c_ptr), value :: request
      type(c_ptr), value :: client
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_request_create_stream(request, client, on_event, user_data, out, err) &
        bind(c, name='responses_request_create_stream') result(answer)
      import
      type(c_ptr), value :: request
      type(c_ptr), value :: client
      type(c_funptr), value :: on_event
      type(c_ptr), value :: user_data
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_request_create_start(request, client, out, err) bind(c, &
        name='responses_request_create_start') result(answer)
      import
      type(c_ptr), value :: request
      type(c_ptr), value :: client
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_request_create_stream_start(request, client, out, err) bind(c, &
        name='responses_request_create_stream_start') result(answer)
      import
      type(c_ptr), value :: request
      type(c_ptr), value :: client
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_request_count_input_tokens(request, client, out, err) bind(c, &
        name='responses_request_count_input_tokens') result(answer)
      import
      type(c_ptr), value :: request
      type(c_ptr), value :: client
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_request_compact(request, client, out, err) bind(c, &
        name='responses_request_compact') result(answer)
      import
      type(c_ptr), value :: request
      type(c_ptr), value :: client
      type(c_ptr), intent(out), optional :: out
      type(c_ptr), intent(out), optional :: err
      integer(c_int) :: answer
    end function
    function responses_read_integer(response, pointer, value) bind(c, &
        name='responses_read_integer') result(answer)
      import
      type(c_ptr), value :: response
      character(kind=c_char), intent(in), optional :: pointer(*)
      integer(c_int64_t), intent(out), optional :: value
      integer(c_int) :: answer
    end function
    function responses_read_number(response, pointer, value) bind(c, &
        name='responses_read_number') result(answer)
      import
      type(c_ptr), value :: response
      character(kind=c_char), intent(in), optional :: pointer(*)
      real(c_double), intent(out), optional :: value
      integer(c_int) :: answer
    end function
    function responses_read_boolean(response, pointer, value) bind(c, &
        name='responses_read_boolean') result(answer)
      import
      type(c_ptr), value :: response
      character(kind=c_char), intent(in), optional :: pointer(*)
      integer(c_int), intent(out), optional :: value
      integer(c_int) :: answer
    end function
    function responses_read_string(response, pointer, buffer, capacity, needed) bind(c, &
        name='responses_read_string') result(answer)
      import
      type(c_ptr), value :: response
      character(kind=c_char), intent(in), optional :: pointer(*)
      character(kind=c_char), intent(out), optional :: buffer(*)
      integer(c_size_t), value :: capacity
      integer(c_size_t), intent(out), optional :: needed
      integer(c_int) :: answer
    end function
    function responses_read_count(response, pointer, count) bind(c, &
        name='responses_read_count') result(answer)
      import
      type(c_ptr), value :: response
      character(kind=c_char), intent(in), optional :: pointer(*)
      integer(c_int), intent(out), optional :: count
      integer(c_int) :: answer
    end function
  end interface
end module responses
