! 01-create.f90 - ask a question, print the answer
!
! The blocking way: one call that returns when the answer is there.
!
!     make && OPENAI_API_KEY=... ./01-create-fortran
!
! RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.
program create
  use responses
  use responses_text
  implicit none

  type(c_ptr) :: client, request = c_null_ptr, response = c_null_ptr, error
  character(len=100) :: model
  integer(c_int64_t) :: tokens
  integer(c_int) :: status
  integer :: missing

  call get_environment_variable('RESPONSES_MODEL', model, status=missing)
  if (missing /= 0) model = 'gpt-5'

  status = responses_request_new(request)
  call request_set(request, 'model', trim(model))
  call request_add_message(request, 'user', 'Why is the sky blue? One sentence.')

  status = responses_client_new(client, error)
  if (status == RESPONSES_OK) status = responses_request_create(request, client, response, error)

  if (status == RESPONSES_OK) then
    print '(a)', text_of(responses_response_text(response))
    write (*, '(4a)', advance='no') '[', text_of(responses_response_id(response)), ' is ', &
        text_of(responses_response_status(response))
    ! Whatever has no function of its own is read by its place in the JSON.
    if (responses_read_integer(response, c_text('/usage/total_tokens'), tokens) == RESPONSES_OK) &
        write (*, '(a,i0,a)', advance='no') ', ', tokens, ' tokens'
    print '(a)', ']'
  else
    call show_error(status, error, request)
  end if

  call responses_response_free(response)
  call responses_error_free(error)
  call responses_request_free(request)
  call responses_client_free(client)
  if (status /= RESPONSES_OK) stop 1
end program
