! 01-create.f90 - ask a question, print the answer
!
!     make && OPENAI_API_KEY=... ./01-create-fortran
!
! RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
program create
  use responses
  use responses_text
  implicit none

  type(c_ptr) :: client, request, response, error
  character(len=100) :: model
  integer(c_int64_t) :: tokens
  integer(c_int) :: status, ignored
  integer :: missing

  call get_environment_variable('RESPONSES_MODEL', model, status=missing)
  if (missing /= 0) model = 'gpt-5'
  error = c_null_ptr
  response = c_null_ptr

  ! Errors of the request stick: they come up when it is sent.
  ignored = responses_request_new(request)
  ignored = responses_request_set_string(request, 'model'//c_null_char, c_text(model), RESPONSES_NTS)
  ignored = responses_request_add_message(request, 'user'//c_null_char, &
      c_text('Why is the sky blue? One sentence.'), RESPONSES_NTS)

  status = responses_client_new(client, error)
  if (status == RESPONSES_OK) status = responses_request_create(request, client, response, error)

  if (status == RESPONSES_OK) then
    print '(a)', text_of(responses_response_text(response))
    tokens = 0
    ignored = responses_read_integer(response, '/usage/total_tokens'//c_null_char, tokens)
    print '(5a,i0,a)', '[', text_of(responses_response_id(response)), ' is ', &
        text_of(responses_response_status(response)), ', ', tokens, ' tokens]'
  else
    print '(4a)', text_of(responses_status_name(status)), ': ', &
        text_of(responses_error_field(error, RESPONSES_ERROR_MESSAGE)), &
        text_of(responses_request_problem(request))
  end if

  call responses_response_free(response)
  call responses_error_free(error)
  call responses_request_free(request)
  call responses_client_free(client)
  if (status /= RESPONSES_OK) stop 1
end program
