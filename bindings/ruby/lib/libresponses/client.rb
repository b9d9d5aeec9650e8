# frozen_string_literal: true

require_relative "session"
require_relative "resources/responses"

module Libresponses
  # Options, connections, and the operations. Make one and keep it: connections are reused, and any
  # number of threads and fibers may use it at once.
  #
  #     client = Libresponses::Client.new
  #     client.responses.create(model: "gpt-5", input: "Hello").output_text
  #
  # In a child process after a fork it opens connections of its own, without being asked.
  #
  # @since 0.1
  class Client
    # Yields a client, and closes it afterwards.
    def self.open(**options)
      client = new(**options)
      begin
        yield client
      ensure
        client.close
      end
    end

    # Every option of responses_client_set in responses.h is a keyword; nil is the default. Durations
    # are in seconds without the `_ms` of the library's name.
    #
    # @param api_key [String, #call] from OPENAI_API_KEY; a proc is asked before every attempt, in a thread of its
    #   own, and what it raises is raised where the answer is waited for
    # @param base_url [String] from OPENAI_BASE_URL, or https://api.openai.com/v1
    # @param organization [String] from OPENAI_ORG_ID
    # @param project [String] from OPENAI_PROJECT_ID
    # @param timeout [Numeric] seconds for all of a call with its retries; 0, the default, for no limit
    # @param max_retries [Integer] how many times a request is sent again; 2
    # @param headers [Hash{String => String, nil}] for every request; nil takes one out
    # @param logger [Logger] gets a line for every attempt; none by default
    # @param log_level [Symbol] :error, :warn, :info or :debug
    # @param on_attempt [#call] is given an {Attempt} for every attempt of a call that has ended, in a thread of its
    #   own and in their order
    # @param options [Hash] connect_timeout, first_event_timeout, idle_timeout, http_version, ca_file,
    #   proxy, user_agent, default_query and all the others
    #
    # `default_headers:` is another name of `headers:`, as in the `openai` gem. Those of `ruby-openai` are taken too:
    # access_token, uri_base, organization_id, request_timeout, extra_headers, api_version.
    # @raise [UsageError] for an unknown option or a value that does not fit
    # @raise [UnsupportedError] in a Ractor that is not the main one
    def initialize(headers: nil, logger: nil, log_level: :info, default_headers: nil, extra_headers: nil,
                   on_attempt: nil, **options, &block)
      Session.refuse_ractor
      raise UsageError, "a client takes no block: there is no connection to configure. Client.open yields one" if block

      @headers = [default_headers, extra_headers, headers].compact.reduce({}, :merge)
      @logger = logger
      @log_level = log_level
      @on_attempt = on_attempt
      @options = Options.translate(options).compact
      @parent = nil
      @is_closed = false
      @lock = Mutex.new
      begin_sessions
    end

    # @return [Resources::Responses]
    def responses = @responses ||= Resources::Responses.new(self)

    # @return [Resources::Conversations]
    def conversations = @conversations ||= Resources::Conversations.new(self)

    # @return [Resources::Files]
    def files = @files ||= Resources::Files.new(self)

    # @return [Resources::Containers]
    def containers = @containers ||= Resources::Containers.new(self)

    # Asks no server.
    # @return [Resources::Webhooks]
    def webhooks = @webhooks ||= Resources::Webhooks.new

    # A client with other options and this one's connections. Cheap.
    # @param on_attempt [#call, nil, false] nil tells nobody; false, the default, who is told here
    # @return [Client]
    def with_options(headers: nil, default_headers: nil, on_attempt: false, **options)
      headers = [default_headers, headers].compact.reduce({}, :merge)
      dup.tap { |client| client.derive_from(self, headers, Options.translate(options), on_attempt) }
    end

    # @return [String, #call, nil] the key that requests are sent with, or the proc that is asked; nil without one
    def api_key = setting(:api_key, "OPENAI_API_KEY")

    # @return [String] the address that paths are added to
    def base_url = setting(:base_url, "OPENAI_BASE_URL") || "https://api.openai.com/v1"

    # @return [String, nil]
    def organization = setting(:organization, "OPENAI_ORG_ID")

    # @return [String, nil]
    def project = setting(:project, "OPENAI_PROJECT_ID")

    # @return [Numeric] seconds for all of a call; 0 for no limit
    def timeout
      return @options[:timeout] if @options[:timeout]
      return @options[:timeout_ms].to_f / 1000 if @options[:timeout_ms]

      @parent ? @parent.timeout : 0
    end

    # @return [Integer] how many times a request is sent again
    def max_retries = (setting(:max_retries) || 2).to_i

    # Any other endpoint below base_url.
    #
    #     client.request(:get, "/models?limit=5").data.map(&:id)
    #
    # @param method [Symbol] :get, :post, :put, :patch or :delete
    # @param body [Hash, nil] sent as JSON
    # @return [Response]
    def request(method, path, body: nil, request_options: {})
      body = body.to_h.merge(request_options[:extra_body]) if request_options[:extra_body]
      json = body && Parameters.json(body)
      perform(:responses_send_start, method.to_s.upcase, path, json, json.to_s.bytesize,
              request_options: request_options)
    end

    # Lets go of the connections. Streams that are being read go on to their end.
    # @return [nil]
    def close
      @lock.synchronize do
        [@session, *@scheduled.values].select(&:ours?).each(&:free) unless @is_closed
        @is_closed = true
      end
      nil
    end

    def closed? = @is_closed

    def inspect = "#<#{self.class}#{" closed" if closed?}>"

    # @api private
    # Starts an operation and waits for its end. Whatever ends the wait, the call does not stay behind.
    # @return [Response]
    def perform(function, *arguments, request_options: {})
      Thread.handle_interrupt(Native::UNINTERRUPTED) do
        call = start(function, *arguments, request_options: request_options)
        begin
          call.finish
        ensure
          call.close
        end
      end
    end

    # @api private
    # Yields the bytes of a file as they come. Whatever ends that, the call does not stay behind.
    # @return [Response] the answer without them
    def download(path, request_options: {}, &block)
      call = Thread.handle_interrupt(Native::UNINTERRUPTED) do
        start(:responses_download_start, path, request_options: request_options)
      end
      begin
        call.each_piece(&block)
      ensure
        call.close
      end
    end

    # @api private
    # With interrupts off: they must find the call in its place.
    # @return [Call]
    def start(function, *arguments, request_options: {})
      return session.start(function, arguments) if request_options.empty?

      options, headers = for_session(request_options)
      session.start(function, arguments, options: options, headers: headers)
    rescue UsageError
      raise unless @is_closed

      # By another thread, since it was looked at.
      raise ClosedError, "the client was closed", cause: nil
    end

    # @api private
    # @return [Turns] a connection for many of them
    def connect(request_options)
      options, headers = for_session(request_options)
      Thread.handle_interrupt(Native::UNINTERRUPTED) { session.connect(options: options, headers: headers) }
    end

    # @api private
    # @return [Session] one that works in this process
    def session
      raise ClosedError, "the client was closed" if @is_closed

      @lock.synchronize { begin_sessions unless @session.ours? } unless @session.ours?
      Fiber.current_scheduler ? scheduled_session : @session
    end

    protected

    def derive_from(parent, headers, options, on_attempt)
      @parent = parent
      @on_attempt = on_attempt
      @headers = headers
      @options = options
      @responses = @conversations = @files = @containers = nil
      @lock = Mutex.new
      begin_sessions
    end

    # What an option was set to, here or in the clients that this one was made of.
    def setting(name, variable = nil)
      return @options[name] if @options.key?(name)
      return @parent.setting(name, variable) if @parent

      value = variable && !Native::Library.privileged? ? ENV.fetch(variable, nil) : nil
      value unless value.to_s.empty?
    end

    private

    # @return [Array(Hash, Hash)] options of the library, and headers
    def for_session(request_options)
      options = request_options.except(:extra_headers, :extra_query, :extra_body, :idempotency_key)
      options[:default_query] = request_options[:extra_query] if request_options[:extra_query]
      headers = request_options[:extra_headers].to_h
      key = request_options[:idempotency_key]
      [options, key ? { "Idempotency-Key" => key }.merge(headers) : headers]
    end

    # Threads without a scheduler share connections. A thread with one has its own: the fiber that
    # waits for all of them might not be resumed while another fiber of that thread works, and other
    # threads must not wait for that.
    def begin_sessions
      @session = open_session
      @scheduled = {}.compare_by_identity
    end

    def scheduled_session
      @lock.synchronize do
        @scheduled[Thread.current] ||= begin
          @scheduled.delete_if { |thread, _| !thread.alive? }
          open_session
        end
      end
    end

    def open_session
      Session.new(@parent&.session, @options, @headers, (@logger unless @parent), @log_level).observed_by(@on_attempt)
    end
  end
end
