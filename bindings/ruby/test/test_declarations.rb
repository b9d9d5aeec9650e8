# frozen_string_literal: true

require_relative "helper"
require "open3"

# The declarations of this gem against the header, as clang reads it.
class TestDeclarations < TestCase
  HEADER = File.expand_path("../../../include/responses.h", __dir__)

  # Functions that this gem has no use for: it waits in Ruby, and reads JSON with Ruby's parser.
  UNUSED = %i[
    responses_create responses_get responses_cancel responses_delete responses_list_input_items
    responses_count_input_tokens responses_compact responses_wait responses_send
    responses_create_stream responses_get_stream responses_call_next responses_call_wait
    responses_session_open responses_session_create responses_session_create_stream
    responses_client_interrupt
    responses_tools_new responses_tools_add responses_tools_add_json responses_tools_free
    responses_run responses_run_start responses_session_run responses_session_run_start
    responses_tool_call_name responses_tool_call_id responses_tool_call_arguments
    responses_tool_call_answer responses_tool_call_answer_json responses_tool_call_fail responses_tool_call_free
    responses_key_request_attempt responses_key_request_http_status
    responses_copy_text responses_response_get responses_event_type responses_event_kind
    responses_event_sequence responses_event_text responses_event_json responses_event_response_id
    responses_event_item_id responses_event_output_index responses_event_content_index
    responses_event_get responses_event_clone responses_event_free
    responses_json_get responses_json_text responses_json_read_string responses_json_count
    responses_json_quote responses_json_check
    responses_attempt_number responses_attempt_text responses_attempt_user_data
    responses_attempt_response
    responses_attempt_rate_limit responses_response_rate_limit responses_error_rate_limit
    responses_source_callback responses_upload responses_download responses_download_to
    responses_client_attach responses_client_set_image_callback
  ].freeze

  # What a type of the header is in a declaration.
  def ffi_type(type, is_result: false)
    case type.gsub("const ", "").strip
    when "void" then :void
    when "int" then :int
    when "unsigned", "unsigned int" then :uint
    when "size_t", "unsigned long" then :size_t
    when "int64_t", "long" then :int64
    when "char *" then is_result ? %i[string pointer] : :string
    else :pointer
    end
  end

  # The clang that is on PATH, or the one beside the swift that is.
  def clang
    paths = ENV.fetch("PATH").split(":")
    swift = paths.map { |path| File.join(path, "swift") }.find { |path| File.executable?(path) }
    beside = [swift && File.dirname(File.realpath(swift))]
    (paths + beside.compact).map { |path| File.join(path, "clang") }.find { |path| File.executable?(path) } ||
      skip("no clang")
  end

  # @return [Array<Hash>] every function, as clang sees it
  def header
    json, status = Open3.capture2(clang, "-Xclang", "-ast-dump=json", "-fsyntax-only", "-x", "c", HEADER)
    assert_predicate status, :success?
    JSON.parse(json)["inner"].select { |node| node["kind"] == "FunctionDecl" && node["name"].start_with?("responses_") }
  end

  def test_functions
    declared = Libresponses::Native::FUNCTIONS
    functions = header
    assert_operator functions.size, :>, 70
    assert_empty declared.keys - functions.map { |node| node["name"].to_sym }
    functions.each do |node|
      name = node["name"].to_sym
      if UNUSED.include?(name)
        refute declared.key?(name), "#{name} is used after all"
        next
      end
      assert declared.key?(name), "#{name} is new: declare it, or name it in UNUSED"
      compare(name, node, *declared[name])
    end
  end

  def compare(name, node, arguments, result)
    # A number of ours goes where a pointer would.
    arguments = arguments.map { |type| type == :ulong ? :pointer : type }
    result = :pointer if result == :ulong
    types = (node["inner"] || []).select { |n| n["kind"] == "ParmVarDecl" }.map { |n| n["type"]["qualType"] }
    told = types.map { |type| ffi_type(type) }
    # Bytes, which may have NULs, go where text would.
    told = told.zip(arguments).map { |one, ours| one == :string && ours == :pointer ? ours : one }
    assert_equal told, arguments, "the arguments of #{name}"
    expected = [*ffi_type(node["type"]["qualType"][/\A[^(]*/], is_result: true)]
    # Text that comes with its length is read by it, as it may have NULs in it.
    expected = [types.last == "size_t *" ? :pointer : :string] if expected.include?(:string)
    assert_includes expected, result, "the result of #{name}"
  end

  def test_the_log_function
    typedef = File.read(HEADER)[/typedef void \(\*responses_log_fn\)\((.*?)\);/m, 1]
    arguments = typedef.split(",").map { |argument| argument.strip.sub(/\w+\z/, "").strip }
    types = arguments.map { |type| ffi_type(type) }
    # Of its text the length is given: a pointer.
    assert_equal [:void, types.map do |type|
                           type == :string ? :pointer : type
                         end], Libresponses::Native::LOG_FUNCTION_TYPE
  end

  def test_the_attempt_function
    typedef = File.read(HEADER)[/typedef void \(\*responses_attempt_fn\)\((.*?)\);/m, 1]
    types = typedef.split(",").map { |argument| ffi_type(argument.strip.sub(/\w+\z/, "").strip) }
    assert_equal [:void, types], Libresponses::Native::ATTEMPT_FUNCTION_TYPE
  end

  def test_the_key_function
    typedef = File.read(HEADER)[/typedef void \(\*responses_key_fn\)\((.*?)\);/m, 1]
    types = typedef.split(",").map { |argument| ffi_type(argument.strip.sub(/\w+\z/, "").strip) }
    assert_equal [:void, types], Libresponses::Native::KEY_FUNCTION_TYPE
  end

  # That they are those of the header is seen to by scripts/header.py, which makes them from it.
  def test_the_library_has_the_same_constants
    value = FFI::MemoryPointer.new(:int)
    names = File.read("#{__dir__}/../lib/libresponses/native/constants.rb").scan(/^ +([A-Z_]+) = /).flatten
    assert_operator names.size, :>, 100
    names.each do |name|
      status = Libresponses::Native.responses_constant("RESPONSES_#{name}", value)
      assert_equal [0, Libresponses::Native.const_get(name)], [status, value.read_int], name.to_s
    end
  end

  def test_options
    shown = File.read(HEADER)[%r{name +default +meaning\n(.*?)\*/}m, 1].lines.map do |line|
      line[/\A {5}(\w[\w, ]*?)  /, 1]
    end
    assert_equal shown.compact.flat_map { |names| names.split(", ") }.sort, Libresponses::Options.names.sort
    Libresponses::Options::SECONDS.each { |name| assert_includes Libresponses::Options.names, "#{name}_ms" }
  end

  def test_versions
    assert_equal File.read(HEADER)[/RESPONSES_VERSION +"(.*)"/, 1], Libresponses::VERSION
    assert_equal Libresponses::VERSION, Libresponses.library_version
    assert_equal Libresponses::VERSION, Libresponses.build_info[:version]
  end
end
