# frozen_string_literal: true

require_relative "library"

module Libresponses
  # The functions of responses.h that this gem calls, one to one. Not for users of the gem.
  #
  # Every call here is short: nothing in this gem waits inside the library, so the functions keep the
  # interpreter's lock.
  module Native
    extend FFI::Library

    # Where text comes with a length, a pointer is returned, and {Text} reads it.
    # name => [arguments, result]
    FUNCTIONS = {
      responses_version: [[], :string],
      responses_version_number: [[], :uint],
      responses_abi_version: [[], :uint],
      responses_build_info: [[], :string],
      responses_constant: [%i[string pointer], :int],
      responses_status_name: [%i[int], :string],
      responses_status_text: [%i[int], :string],

      responses_error_status: [%i[pointer], :int],
      responses_error_http_status: [%i[pointer], :int],
      responses_error_is_retryable: [%i[pointer], :int],
      responses_error_retry_after_ms: [%i[pointer], :int64],
      responses_error_attempts: [%i[pointer], :int],
      responses_error_phase: [%i[pointer], :int],
      responses_error_last_sequence: [%i[pointer], :int64],
      responses_error_field: [%i[pointer int pointer], :pointer],
      responses_error_free: [%i[pointer], :void],

      responses_client_new: [%i[pointer pointer], :int],
      responses_client_derive: [%i[pointer pointer pointer], :int],
      responses_client_set: [%i[pointer string string pointer], :int],
      responses_option_name: [%i[size_t], :string],
      responses_client_set_header: [%i[pointer string string pointer], :int],
      responses_client_set_log: [%i[pointer int pointer pointer], :int],
      responses_client_set_attempt_callback: [%i[pointer pointer pointer], :int],
      responses_attempt_json: [%i[pointer pointer], :pointer],
      responses_client_set_key_callback: [%i[pointer pointer pointer], :int],
      responses_key_request_answer: [%i[pointer string size_t pointer], :int],
      responses_key_request_free: [%i[pointer], :void],
      responses_client_free: [%i[pointer], :void],

      responses_response_json: [%i[ulong pointer], :pointer],
      responses_response_text: [%i[ulong pointer], :pointer],
      responses_response_id: [%i[ulong], :string],
      responses_response_status: [%i[ulong], :string],
      responses_response_http_status: [%i[ulong], :int],
      responses_response_request_id: [%i[ulong], :string],
      responses_response_header: [%i[ulong string], :string],
      responses_response_headers: [%i[ulong pointer], :pointer],
      responses_response_http_version: [%i[ulong], :string],
      responses_response_attempts: [%i[ulong], :int],
      responses_response_history: [%i[ulong pointer], :pointer],
      responses_response_clone: [%i[ulong pointer], :int],
      responses_response_free: [%i[ulong], :void],

      responses_create_start: [%i[pointer string size_t pointer pointer], :int],
      responses_create_stream_start: [%i[pointer string size_t pointer pointer], :int],
      responses_get_start: [%i[pointer string string size_t pointer pointer], :int],
      responses_get_stream_start: [%i[pointer string string size_t pointer pointer], :int],
      responses_cancel_start: [%i[pointer string pointer pointer], :int],
      responses_delete_start: [%i[pointer string pointer pointer], :int],
      responses_list_input_items_start: [%i[pointer string string size_t pointer pointer], :int],
      responses_count_input_tokens_start: [%i[pointer string size_t pointer pointer], :int],
      responses_compact_start: [%i[pointer string size_t pointer pointer], :int],
      responses_wait_start: [%i[pointer string int pointer pointer], :int],
      responses_send_start: [%i[pointer string string string size_t pointer pointer], :int],

      responses_session_open_start: [%i[pointer pointer pointer pointer], :int],
      responses_session_create_start: [%i[ulong string size_t pointer pointer], :int],
      responses_session_send_start: [%i[ulong string size_t pointer pointer], :int],
      responses_session_connections: [%i[ulong], :int],
      responses_session_free: [%i[ulong], :void],

      responses_source_memory: [%i[pointer size_t pointer pointer], :int],
      responses_source_file: [%i[string pointer pointer], :int],
      responses_source_descriptor: [%i[int pointer pointer], :int],
      responses_source_set: [%i[pointer string string pointer], :int],
      responses_source_free: [%i[pointer], :void],
      responses_upload_start: [%i[pointer string string size_t pointer pointer pointer], :int],
      responses_download_start: [%i[pointer string pointer pointer], :int],
      responses_call_next_bytes: [%i[ulong pointer pointer pointer], :int],

      responses_decode_start: [%i[pointer pointer pointer], :int],
      responses_call_feed: [%i[ulong string size_t pointer], :int],
      responses_call_feed_end: [%i[ulong pointer], :int],

      responses_webhook_verify: [%i[string string string pointer size_t string int pointer], :int],

      responses_call_next_batch: [%i[ulong int ulong size_t ulong ulong ulong], :int],
      responses_call_cancel: [%i[ulong], :int],
      responses_call_set_user_data: [%i[ulong ulong], :int],
      responses_call_user_data: [%i[ulong], :ulong],
      responses_call_response: [%i[ulong], :ulong],
      responses_call_free: [%i[ulong], :void],

      responses_client_fd: [%i[pointer], :int],
      responses_client_dispatch: [%i[pointer], :int],
      responses_client_next_ready: [%i[pointer pointer], :int]
    }.freeze

    ffi_lib Library.find
    FUNCTIONS.each { |name, (arguments, result)| attach_function(name, arguments, result) }

    # responses_attempt_fn.
    ATTEMPT_FUNCTION_TYPE = [:void, %i[pointer pointer]].freeze
    # responses_key_fn.
    KEY_FUNCTION_TYPE = [:void, %i[pointer pointer]].freeze
    # responses_log_fn.
    LOG_FUNCTION_TYPE = [:void, %i[int pointer size_t pointer]].freeze
  end
end
