// Made from the header by `make abi`; a gate checks that it is so.
// swift-format-ignore-file

/// The outcomes of the header, by the same numbers.
package enum Status: Int32 {
    case ok = 0
    case again = 1
    case done = 2
    case invalid = -1
    case noMemory = -2
    case busy = -3
    case forked = -4
    case cancelled = -5
    case timeout = -6
    case network = -7
    case tls = -8
    case http = -9
    case api = -10
    case `protocol` = -11
    case truncated = -12
    case limit = -13
    case range = -14
    case unsupported = -15
    case user = -16
    case `internal` = -17
    case signature = -18
}

/// The types of events that this library knows by number: those of the header.
package enum EventKind: Int32 {
    case other = 0
    case created = 1
    case queued = 2
    case inProgress = 3
    case completed = 4
    case incomplete = 5
    case failed = 6
    case error = 7
    case keepalive = 8
    case outputItemAdded = 10
    case outputItemDone = 11
    case contentPartAdded = 12
    case contentPartDone = 13
    case outputTextDelta = 14
    case outputTextDone = 15
    case outputTextAnnotationAdded = 16
    case refusalDelta = 17
    case refusalDone = 18
    case functionCallArgumentsDelta = 20
    case functionCallArgumentsDone = 21
    case customToolCallInputDelta = 22
    case customToolCallInputDone = 23
    case reasoningSummaryPartAdded = 24
    case reasoningSummaryPartDone = 25
    case reasoningSummaryTextDelta = 26
    case reasoningSummaryTextDone = 27
    case reasoningTextDelta = 28
    case reasoningTextDone = 29
    case fileSearchCallInProgress = 30
    case fileSearchCallSearching = 31
    case fileSearchCallCompleted = 32
    case webSearchCallInProgress = 33
    case webSearchCallSearching = 34
    case webSearchCallCompleted = 35
    case codeInterpreterInProgress = 36
    case codeInterpreterInterpreting = 37
    case codeInterpreterCompleted = 38
    case codeInterpreterCodeDelta = 39
    case codeInterpreterCodeDone = 40
    case imageGenerationInProgress = 41
    case imageGenerationGenerating = 42
    case imageGenerationPartialImage = 43
    case imageGenerationCompleted = 44
    case mcpListToolsInProgress = 45
    case mcpListToolsCompleted = 46
    case mcpListToolsFailed = 47
    case mcpCallInProgress = 48
    case mcpCallCompleted = 49
    case mcpCallFailed = 50
    case mcpCallArgumentsDelta = 51
    case mcpCallArgumentsDone = 52
    case shellCallCommandAdded = 53
    case shellCallCommandDelta = 54
    case shellCallCommandDone = 55
    case shellCallOutputContentDelta = 56
    case shellCallOutputContentDone = 57
    case compactionCompacting = 58
    case audioDelta = 59
    case audioDone = 60
    case audioTranscriptDelta = 61
    case audioTranscriptDone = 62
    case applyPatchDiffDelta = 63
    case applyPatchDiffDone = 64
    case cancelled = 65
    case steerAccepted = 66
    case steerPending = 67
    case steerFailed = 68

    /// Finds the number of a type by its name, and the name as text that lives for ever.
    ///
    /// A `switch` on the length first: few names share one.
    package static func named(_ name: UnsafePointer<UInt8>, _ count: Int) -> (
        EventKind, StaticString
    )? {
        func match(_ kind: EventKind, _ text: StaticString)
            -> (EventKind, StaticString)?
        {
            matches(name, text) ? (kind, text) : nil
        }
        switch count {
        case 5:
            return match(.error, "error")
        case 9:
            return match(.keepalive, "keepalive")
        case 13:
            return match(.completed, "response.done")
        case 14:
            return match(.error, "response.error")
        case 15:
            return match(.queued, "response.queued")
                ?? match(.failed, "response.failed")
        case 16:
            return match(.created, "response.created")
        case 18:
            return match(.completed, "response.completed")
                ?? match(.cancelled, "response.cancelled")
        case 19:
            return match(.incomplete, "response.incomplete")
                ?? match(.keepalive, "response.keep_alive")
                ?? match(.audioDone, "response.audio.done")
        case 20:
            return match(.inProgress, "response.in_progress")
                ?? match(.audioDelta, "response.audio.delta")
        case 21:
            return match(.refusalDone, "response.refusal.done")
                ?? match(.steerFailed, "response.steer.failed")
        case 22:
            return match(.refusalDelta, "response.refusal.delta")
                ?? match(.steerPending, "response.steer.pending")
        case 23:
            return match(.steerAccepted, "response.steer.accepted")
        case 24:
            return match(.mcpCallFailed, "response.mcp_call.failed")
        case 25:
            return match(.outputItemDone, "response.output_item.done")
                ?? match(.outputTextDone, "response.output_text.done")
        case 26:
            return match(.outputItemAdded, "response.output_item.added")
                ?? match(.contentPartDone, "response.content_part.done")
                ?? match(.outputTextDelta, "response.output_text.delta")
        case 27:
            return match(.contentPartAdded, "response.content_part.added")
                ?? match(.mcpCallCompleted, "response.mcp_call.completed")
        case 28:
            return match(.reasoningTextDone, "response.reasoning_text.done")
        case 29:
            return match(.reasoningTextDelta, "response.reasoning_text.delta")
                ?? match(.mcpCallInProgress, "response.mcp_call.in_progress")
        case 30:
            return match(.mcpListToolsFailed, "response.mcp_list_tools.failed")
                ?? match(.compactionCompacting, "response.compaction.compacting")
                ?? match(.audioTranscriptDone, "response.audio.transcript.done")
        case 31:
            return match(.audioTranscriptDelta, "response.audio.transcript.delta")
        case 32:
            return match(.mcpCallArgumentsDone, "response.mcp_call_arguments.done")
                ?? match(.shellCallCommandDone, "response.shell_call_command.done")
        case 33:
            return match(.mcpListToolsCompleted, "response.mcp_list_tools.completed")
                ?? match(.mcpCallArgumentsDelta, "response.mcp_call_arguments.delta")
                ?? match(.shellCallCommandAdded, "response.shell_call_command.added")
                ?? match(.shellCallCommandDelta, "response.shell_call_command.delta")
        case 34:
            return match(.webSearchCallSearching, "response.web_search_call.searching")
                ?? match(.webSearchCallCompleted, "response.web_search_call.completed")
        case 35:
            return match(.fileSearchCallSearching, "response.file_search_call.searching")
                ?? match(.fileSearchCallCompleted, "response.file_search_call.completed")
                ?? match(.mcpListToolsInProgress, "response.mcp_list_tools.in_progress")
        case 36:
            return match(.customToolCallInputDone, "response.custom_tool_call_input.done")
                ?? match(.reasoningSummaryPartDone, "response.reasoning_summary_part.done")
                ?? match(.reasoningSummaryTextDone, "response.reasoning_summary_text.done")
                ?? match(.webSearchCallInProgress, "response.web_search_call.in_progress")
        case 37:
            return match(.outputTextAnnotationAdded, "response.output_text.annotation.added")
                ?? match(.functionCallArgumentsDone, "response.function_call_arguments.done")
                ?? match(.customToolCallInputDelta, "response.custom_tool_call_input.delta")
                ?? match(.reasoningSummaryPartAdded, "response.reasoning_summary_part.added")
                ?? match(.reasoningSummaryTextDelta, "response.reasoning_summary_text.delta")
                ?? match(.fileSearchCallInProgress, "response.file_search_call.in_progress")
        case 38:
            return match(.functionCallArgumentsDelta, "response.function_call_arguments.delta")
        case 39:
            return match(.shellCallOutputContentDone, "response.shell_call_output_content.done")
        case 40:
            return match(.codeInterpreterCompleted, "response.code_interpreter_call.completed")
                ?? match(.codeInterpreterCodeDone, "response.code_interpreter_call_code.done")
                ?? match(.imageGenerationCompleted, "response.image_generation_call.completed")
                ?? match(.shellCallOutputContentDelta, "response.shell_call_output_content.delta")
        case 41:
            return match(.codeInterpreterCodeDelta, "response.code_interpreter_call_code.delta")
                ?? match(.imageGenerationGenerating, "response.image_generation_call.generating")
        case 42:
            return match(.codeInterpreterInProgress, "response.code_interpreter_call.in_progress")
                ?? match(.imageGenerationInProgress, "response.image_generation_call.in_progress")
        case 43:
            return match(.codeInterpreterInterpreting, "response.code_interpreter_call.interpreting")
        case 44:
            return match(.imageGenerationPartialImage, "response.image_generation_call.partial_image")
        case 45:
            return match(.applyPatchDiffDone, "response.apply_patch_call_operation_diff.done")
        case 46:
            return match(.applyPatchDiffDelta, "response.apply_patch_call_operation_diff.delta")
        default: return nil
        }
    }
}
