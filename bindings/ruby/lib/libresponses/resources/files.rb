# frozen_string_literal: true

require "stringio"
require_relative "../parameters"
require_relative "../source"

module Libresponses
  module Resources
    # What files have in common, wherever they are.
    #
    # @api private
    class FileResource
      # @api private
      def initialize(client)
        @client = client
      end

      private

      def send_file(path, file, fields, options)
        json = Parameters.json(fields)
        source = Source.new(file)
        @client.perform(:responses_upload_start, path, json, json.bytesize, source.handle, request_options: options)
      end

      def fetch(path, options, &block)
        return @client.download(path, request_options: options, &block) if block

        bytes = StringIO.new("".b)
        @client.download(path, request_options: options) { |piece| bytes << piece }
        bytes.rewind
        bytes
      end

      def pages(parts, params, options)
        Page.new(params) do |page_params|
          @client.request(:get, Query.path(*parts, query: page_params), request_options: options)
        end
      end
    end

    # Files at the server: what a user uploads.
    #
    #     file = client.files.create(file: Pathname("report.pdf"), purpose: :user_data)
    #     client.files.content(file.id) { |piece| out << piece }
    #
    # @since 0.1
    class Files < FileResource
      # POST /files. The file is read while it is sent.
      # @param file [Pathname, File, String, #read, Hash] a String is the bytes themselves; with a Hash
      #   {content:, filename:, content_type:}. What is neither a path nor a File is held
      # @param params [Hash] purpose: :user_data; expires_after: {...}
      # @return [Response]
      def create(params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        send_file("/files", params[:file], params.except(:file), options)
      end
      alias upload create

      # GET /files/{id}.
      # @return [Response]
      def retrieve(file_id, params = {}, **keywords)
        _, options = Parameters.take(params, keywords)
        @client.request(:get, path(file_id), request_options: options)
      end

      # GET /files.
      # @param params [Hash] limit:, order:, after:, purpose:
      # @return [Page] the first page, an Enumerable over the files of all pages
      def list(params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        pages(["files"], params, options)
      end

      # DELETE /files/{id}.
      # @return [Response] with `deleted`
      def delete(file_id, params = {}, **keywords)
        _, options = Parameters.take(params, keywords)
        @client.request(:delete, path(file_id), request_options: options)
      end

      # GET /files/{id}/content. Where the connection breaks, it goes on with the same file, or ends with an error.
      # @yield [String] each piece, as it comes; without a block all of it is held
      # @return [StringIO, Response] without a block the bytes, with one the answer without them
      def content(file_id, params = {}, **keywords, &block)
        _, options = Parameters.take(params, keywords)
        fetch(path(file_id, "content"), options, &block)
      end

      private

      def path(id, *parts) = Query.path("files", Parameters.id(id, "file_id"), *parts)
    end

    # Containers, where a code interpreter has its files.
    #
    # @since 0.1
    class Containers
      # @api private
      def initialize(client)
        @client = client
      end

      # @return [ContainerFiles]
      def files = @files ||= ContainerFiles.new(@client)
    end

    # The files of containers.
    #
    # @since 0.1
    class ContainerFiles < FileResource
      # POST /containers/{id}/files.
      # @param params [Hash] file:, as {Files#create} takes it, or file_id:
      # @return [Response]
      def create(container_id, params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        path = path(container_id)
        return send_file(path, params[:file], params.except(:file), options) if params.key?(:file)

        @client.request(:post, path, body: params, request_options: options)
      end

      # GET /containers/{id}/files/{id}.
      # @return [Response]
      def retrieve(file_id, container_id:, request_options: {})
        @client.request(:get, path(container_id, id(file_id)), request_options: request_options)
      end

      # GET /containers/{id}/files.
      # @return [Page] the first page, an Enumerable over the files of all pages
      def list(container_id, params = {}, **keywords)
        params, options = Parameters.take(params, keywords)
        pages(["containers", Parameters.id(container_id, "container_id"), "files"], params, options)
      end

      # DELETE /containers/{id}/files/{id}.
      # @return [Response] with `deleted`
      def delete(file_id, container_id:, request_options: {})
        @client.request(:delete, path(container_id, id(file_id)), request_options: request_options)
      end

      # @return [ContainerFileContent]
      def content = @content ||= ContainerFileContent.new(@client)

      private

      def id(file_id) = Parameters.id(file_id, "file_id")

      def path(id, *parts) = Query.path("containers", Parameters.id(id, "container_id"), "files", *parts)
    end

    # What the code interpreter has made.
    #
    # @since 0.1
    class ContainerFileContent < FileResource
      # GET /containers/{id}/files/{id}/content: as {Files#content}.
      def retrieve(file_id, container_id:, request_options: {}, &block)
        path = Query.path("containers", Parameters.id(container_id, "container_id"), "files",
                          Parameters.id(file_id, "file_id"), "content")
        fetch(path, request_options, &block)
      end
    end
  end
end
