# frozen_string_literal: true

module Libresponses
  # Names of the API: which class goes with a "type", and which fields may be missing. A field that may be missing
  # is nil then. The tables are those of the Python package; a test compares them. A line that is indented goes on
  # from the one above.
  #
  # @api private
  module Names # rubocop:disable Metrics/ModuleLength -- tables
    # "type" of an object, its class in the `openai` gem, its fields that may be missing.
    TYPES = <<~TABLE
      additional_tools ResponseAdditionalTools id
      allowed_tools ToolChoiceAllowed
      allowlist ContainerNetworkPolicyAllowlist domain_secrets
      apply_patch ApplyPatchTool allowed_callers
      apply_patch_call ResponseApplyPatchToolCall caller created_by id
      apply_patch_call_output ResponseApplyPatchToolCallOutput caller created_by id output
      approximate Model city country region timezone
      auto Model file_ids memory_limit network_policy
      base64 InlineSkillSource
      cache_miss Model comparison_reusable_tokens
      click Model keys
      code_interpreter CodeInterpreter allowed_callers
      code_interpreter_call ResponseCodeInterpreterToolCall code outputs
      compaction ResponseCompactionItem created_by id
      compaction_trigger ResponseCompactionTrigger id
      computer ComputerTool
      computer_call ResponseComputerToolCall action actions
      computer_call_output ResponseComputerToolCallOutputItem acknowledged_safety_checks created_by id
        status
      computer_screenshot ResponseComputerToolCallOutputScreenshot file_id image_url
      computer_use_preview ComputerUsePreviewTool
      configuration_update ResponseConfigurationUpdateItem id reasoning text
      container_auto ContainerAuto file_ids memory_limit network_policy skills
      container_file_citation AnnotationContainerFileCitation
      container_reference ContainerReference
      custom CustomTool allowed_callers async defer_loading description format
      custom_tool_call ResponseCustomToolCall async caller created_by id namespace
      custom_tool_call_output ResponseCustomToolCallOutput caller created_by id
      disabled ContainerNetworkPolicyDisabled
      double_click Model keys
      drag Model keys
      exec Model timeout_ms user working_directory
      file_citation AnnotationFileCitation
      file_path AnnotationFilePath
      file_search FileSearchTool filters max_num_results ranking_options
      file_search_call ResponseFileSearchToolCall results
      function FunctionTool allowed_callers async defer_loading description output_schema parameters
        strict
      function_call ResponseFunctionToolCall async caller created_by id namespace parsed_arguments
        status
      function_call_output ResponseFunctionToolCallOutputItem call_id caller created_by id name
        namespace status
      image Image
      image_generation ImageGeneration action background complexity frame_count frame_duration_ms
        input_fidelity input_image_mask model moderation output_compression output_format partial_images
        quality size svg
      image_generation_call ImageGenerationCall action background error output_format quality result
        revised_prompt size svg_usage
      inline InlineSkill
      input_audio ResponseInputAudio
      input_file ResponseInputFile detail file_data file_id file_url filename prompt_cache_breakpoint
      input_image ResponseInputImage detail file_id image_url prompt_cache_breakpoint
      input_text ResponseInputText prompt_cache_breakpoint
      json_schema ResponseFormatTextJSONSchemaConfig description strict
      local LocalEnvironment skills
      local_shell LocalShell
      local_shell_call LocalShellCall
      local_shell_call_output LocalShellCallOutput status
      logs Logs
      mcp Mcp allowed_callers allowed_tools authorization connector_id defer_loading headers name
        require_approval server_description server_url tunnel_id
      mcp_approval_request McpApprovalRequest
      mcp_approval_response McpApprovalResponse id reason
      mcp_call McpCall approval_request_id error output status
      mcp_list_tools McpListTools error
      message ResponseOutputMessage id phase status
      move Model keys
      namespace NamespaceTool
      open_page Model url
      output_text ResponseOutputText logprobs parsed
      program Program
      program_output ProgramOutput
      reasoning ResponseReasoningItem content encrypted_content status
      reasoning_text Content
      refusal ResponseOutputRefusal
      scroll Model keys
      search Model queries query sources
      shell FunctionShellTool allowed_callers environment
      shell_call ResponseFunctionShellToolCall caller created_by environment id status
      shell_call_output ResponseFunctionShellToolCallOutput caller created_by id max_output_length
        status
      skill_reference SkillReference version
      summary_text Summary
      tool_search ToolSearchTool description execution parameters
      tool_search_call ResponseToolSearchCall call_id created_by execution id status
      tool_search_output ResponseToolSearchOutputItem call_id created_by execution id status
      url_citation AnnotationURLCitation
      web_search WebSearchTool external_web_access filters search_context_size user_location
      web_search_call ResponseFunctionWebSearch
      web_search_preview WebSearchPreviewTool search_content_types search_context_size user_location
    TABLE

    # "type" of an event, its class there, its fields that may be missing.
    EVENTS = <<~TABLE
      error ResponseErrorEvent code param
      response.audio.delta ResponseAudioDeltaEvent
      response.audio.done ResponseAudioDoneEvent
      response.audio.transcript.delta ResponseAudioTranscriptDeltaEvent
      response.audio.transcript.done ResponseAudioTranscriptDoneEvent
      response.code_interpreter_call.completed ResponseCodeInterpreterCallCompletedEvent
      response.code_interpreter_call.in_progress ResponseCodeInterpreterCallInProgressEvent
      response.code_interpreter_call.interpreting ResponseCodeInterpreterCallInterpretingEvent
      response.code_interpreter_call_code.delta ResponseCodeInterpreterCallCodeDeltaEvent
      response.code_interpreter_call_code.done ResponseCodeInterpreterCallCodeDoneEvent
      response.compaction.compacting ResponseCompactionCompactingEvent
      response.completed ResponseCompletedEvent
      response.content_part.added ResponseContentPartAddedEvent
      response.content_part.done ResponseContentPartDoneEvent
      response.created ResponseCreatedEvent
      response.custom_tool_call_input.delta ResponseCustomToolCallInputDeltaEvent
      response.custom_tool_call_input.done ResponseCustomToolCallInputDoneEvent
      response.failed ResponseFailedEvent
      response.file_search_call.completed ResponseFileSearchCallCompletedEvent
      response.file_search_call.in_progress ResponseFileSearchCallInProgressEvent
      response.file_search_call.searching ResponseFileSearchCallSearchingEvent
      response.function_call_arguments.delta ResponseFunctionCallArgumentsDeltaEvent
      response.function_call_arguments.done ResponseFunctionCallArgumentsDoneEvent
      response.image_generation_call.completed ResponseImageGenCallCompletedEvent
      response.image_generation_call.generating ResponseImageGenCallGeneratingEvent
      response.image_generation_call.in_progress ResponseImageGenCallInProgressEvent
      response.image_generation_call.partial_image ResponseImageGenCallPartialImageEvent background
        output_format quality size
      response.in_progress ResponseInProgressEvent
      response.incomplete ResponseIncompleteEvent
      response.mcp_call.completed ResponseMcpCallCompletedEvent
      response.mcp_call.failed ResponseMcpCallFailedEvent
      response.mcp_call.in_progress ResponseMcpCallInProgressEvent
      response.mcp_call_arguments.delta ResponseMcpCallArgumentsDeltaEvent
      response.mcp_call_arguments.done ResponseMcpCallArgumentsDoneEvent
      response.mcp_list_tools.completed ResponseMcpListToolsCompletedEvent
      response.mcp_list_tools.failed ResponseMcpListToolsFailedEvent
      response.mcp_list_tools.in_progress ResponseMcpListToolsInProgressEvent
      response.output_item.added ResponseOutputItemAddedEvent
      response.output_item.done ResponseOutputItemDoneEvent
      response.output_text.annotation.added ResponseOutputTextAnnotationAddedEvent annotation
      response.output_text.delta ResponseTextDeltaEvent
      response.output_text.done ResponseTextDoneEvent
      response.queued ResponseQueuedEvent
      response.reasoning_summary_part.added ResponseReasoningSummaryPartAddedEvent
      response.reasoning_summary_part.done ResponseReasoningSummaryPartDoneEvent status
      response.reasoning_summary_text.delta ResponseReasoningSummaryTextDeltaEvent
      response.reasoning_summary_text.done ResponseReasoningSummaryTextDoneEvent
      response.reasoning_text.delta ResponseReasoningTextDeltaEvent
      response.reasoning_text.done ResponseReasoningTextDoneEvent
      response.refusal.delta ResponseRefusalDeltaEvent
      response.refusal.done ResponseRefusalDoneEvent
      response.shell_call_command.added ResponseShellCallCommandAddedEvent
      response.shell_call_command.delta ResponseShellCallCommandDeltaEvent obfuscation
      response.shell_call_command.done ResponseShellCallCommandDoneEvent
      response.shell_call_output_content.delta ResponseShellCallOutputContentDeltaEvent
      response.shell_call_output_content.done ResponseShellCallOutputContentDoneEvent
      response.steer ResponseSteerEvent
      response.steer.accepted ResponseSteerAcceptedEvent stream_id
      response.steer.failed ResponseSteerFailedEvent stream_id
      response.steer.pending ResponseSteerPendingEvent stream_id
      response.web_search_call.completed ResponseWebSearchCallCompletedEvent
      response.web_search_call.in_progress ResponseWebSearchCallInProgressEvent
      response.web_search_call.searching ResponseWebSearchCallSearchingEvent
    TABLE

    # Objects without a "type", by the field that they are in: their fields that may be missing.
    FIELDS = <<~TABLE
      acknowledged_safety_checks code message
      allowed_tools read_only tool_names
      always read_only tool_names
      error code misalignment moderation_details param type
      filters allowed_domains
      image_gen cached_tokens cached_tokens_details output_tokens_details
      incomplete_details reason
      input_image_mask file_id image_url
      input_tokens_details cache_write_tokens_details
      instructions phase status type
      logprobs top_logprobs
      misalignment detailed_explanation error_type review_target steer
      never read_only tool_names
      pending_safety_checks code message
      prompt variables version
      prompt_cache_breakpoint ttl
      prompt_cache_options comparison_response_id
      ranking_options hybrid_search ranker score_threshold
      reasoning context effort generate_summary mode summary
      require_approval always never
      steer id
      svg model reasoning
      text format verbosity
      top_logprobs logprob token
      user_location city country region timezone type
    TABLE

    # Further names of classes, with their "type".
    ALIASES = <<~TABLE
      ParsedResponseFunctionToolCall function_call
      ParsedResponseOutputMessage message
      ParsedResponseOutputText output_text
      ResponseCompactionItemParam compaction
      ResponseConfigurationUpdateItemParam configuration_update
      ResponseContainerReference container_reference
      ResponseCustomToolCallItem custom_tool_call
      ResponseCustomToolCallOutputItem custom_tool_call_output
      ResponseFunctionToolCallItem function_call
      ResponseInputFileContent input_file
      ResponseInputImageContent input_image
      ResponseInputMessageItem message
      ResponseInputTextContent input_text
      ResponseLocalEnvironment local
      ResponseToolSearchOutputItemParam tool_search_output
      ToolChoiceApplyPatch apply_patch
      ToolChoiceCustom custom
      ToolChoiceFunction function
      ToolChoiceMcp mcp
      ToolChoiceShell shell
      ToolChoiceTypes file_search
      ToolSearchOutputNamespaceTool namespace
    TABLE

    # Fields of a response that may be missing.
    RESPONSE = %w[
      id created_at model object output parallel_tool_calls tool_choice tools
      access_programs background completed_at conversation error image incomplete_details input_transformations
      instructions max_output_tokens max_tool_calls metadata moderation previous_response_id prompt
      prompt_cache_diagnostics prompt_cache_key prompt_cache_options prompt_cache_retention reasoning
      safety_identifier service_tier status temperature text tool_usage top_logprobs top_p truncation usage user
    ].freeze

    # What may have been parsed here.
    PARSED = %w[function_call message].freeze
    private_constant :PARSED

    # @return [Array<Array<String>>] a table's lines as lists of words
    def self.rows(table) = table.gsub("\n  ", " ").lines.map(&:split)

    # Whether an object may lack a field.
    # @param type [String, nil] the "type" of the object
    # @param name [Symbol]
    def self.missing?(type, name)
      optional.key?(type) ? optional[type].include?(name) : untyped.include?(name)
    end

    # "type" => what an object or an event of that type may lack
    def self.optional
      @optional ||= rows(TYPES + EVENTS).to_h { |type, _, *names| [type, names.map(&:to_sym)] }
                                        .tap { |found| PARSED.each { |type| found[type] += [:parsed] } }
    end
    private_class_method :optional

    # What an object without a type, or a response, may lack.
    def self.untyped
      @untyped ||= (RESPONSE + rows(FIELDS).flat_map { |_, *names| names }).to_h { |name| [name.to_sym, true] }
    end
    private_class_method :untyped
  end
end
