# frozen_string_literal: true

require_relative "libresponses/version"
require_relative "libresponses/client"

# A client of the OpenAI Responses API, on libresponses.so: see {Client}.
module Libresponses
  # @return [String] the version of the library that is loaded
  def self.library_version = Native.responses_version

  # @return [Hash] how the library was built and what it runs on
  def self.build_info = JSON.parse(Native.responses_build_info, symbolize_names: true)

  # The events of a stream whose bytes are `chunks`.
  #
  #     Libresponses.decode(answer.body) { |event| p event }
  #
  # @param chunks [#each] gives Strings, in whatever pieces they come; nothing is asked for after the terminal event
  # @yieldparam event [Event]
  # @return [nil], or an Enumerator without a block
  # @raise [Error] as {Stream#each}
  def self.decode(chunks, &block)
    return enum_for(:decode, chunks) unless block

    decoder = Decoder.new
    chunks.each do |bytes|
      decoder.feed(bytes).each(&block)
      return nil if decoder.done?
    end
    decoder.end.each(&block)
    nil
  ensure
    decoder&.close
  end

  # What many programs never use is loaded when it is named.
  %i[Schema Boolean ArrayOf HashOf UnionOf EnumOf Composed].each do |name|
    autoload name, "#{__dir__}/libresponses/schema"
  end
  autoload :BaseModel, "#{__dir__}/libresponses/base_model"
  autoload :StructuredOutput, "#{__dir__}/libresponses/structured_output"
  autoload :Formats, "#{__dir__}/libresponses/formats"
  autoload :Names, "#{__dir__}/libresponses/names"
  autoload :Headers, "#{__dir__}/libresponses/headers"
  autoload :Query, "#{__dir__}/libresponses/query"
  autoload :Log, "#{__dir__}/libresponses/log"
  autoload :Attempt, "#{__dir__}/libresponses/attempts"
  autoload :Attempts, "#{__dir__}/libresponses/attempts"
  autoload :Keys, "#{__dir__}/libresponses/keys"
  autoload :LargeDocument, "#{__dir__}/libresponses/large_document"
  autoload :Tool, "#{__dir__}/libresponses/tool"
  autoload :ToolHistory, "#{__dir__}/libresponses/tool_history"
  autoload :ToolLoop, "#{__dir__}/libresponses/tool_loop"
  autoload :Connection, "#{__dir__}/libresponses/connection"
  autoload :Lane, "#{__dir__}/libresponses/lane"
  autoload :Turns, "#{__dir__}/libresponses/turns"
  autoload :Many, "#{__dir__}/libresponses/many"
  autoload :Outcome, "#{__dir__}/libresponses/outcome"
  autoload :Pace, "#{__dir__}/libresponses/pace"
  autoload :Page, "#{__dir__}/libresponses/page"
  autoload :Decoder, "#{__dir__}/libresponses/decoder"

  # The operations, by what they are about.
  module Resources
    autoload :InputItems, "#{__dir__}/libresponses/resources/input_items"
    autoload :InputTokens, "#{__dir__}/libresponses/resources/input_items"
    autoload :Conversations, "#{__dir__}/libresponses/resources/conversations"
    autoload :ConversationItems, "#{__dir__}/libresponses/resources/conversations"
    %i[FileResource Files Containers ContainerFiles ContainerFileContent].each do |name|
      autoload name, "#{__dir__}/libresponses/resources/files"
    end
    autoload :Webhooks, "#{__dir__}/libresponses/resources/webhooks"
  end
end
