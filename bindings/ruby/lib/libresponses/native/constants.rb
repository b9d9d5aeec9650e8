# frozen_string_literal: true

require_relative "functions"

module Libresponses
  module Native
    # The numbers of responses.h, as a test compares with the header.
    OK = 0
    AGAIN = 1
    DONE = 2

    E_INVALID = -1
    E_NOMEM = -2
    E_BUSY = -3
    E_FORKED = -4
    E_CANCELLED = -5
    E_TIMEOUT = -6
    E_NETWORK = -7
    E_TLS = -8
    E_HTTP = -9
    E_API = -10
    E_PROTOCOL = -11
    E_TRUNCATED = -12
    E_LIMIT = -13
    E_RANGE = -14
    E_UNSUPPORTED = -15
    E_USER = -16
    E_INTERNAL = -17

    ERROR_MESSAGE = 1
    ERROR_TYPE = 2
    ERROR_CODE = 3
    ERROR_PARAM = 4
    ERROR_REQUEST_ID = 5
    ERROR_BODY = 6
    ERROR_RESPONSE_ID = 7
    ERROR_HISTORY = 8
    ERROR_HEADERS = 9

    LOG_NONE = 0
    LOG_ERROR = 1
    LOG_WARNING = 2
    LOG_INFO = 3
    LOG_DEBUG = 4

    BATCH_JSON = 1

    EVENT_OTHER = 0
    EVENT_OUTPUT_TEXT_DELTA = 14
  end
end
