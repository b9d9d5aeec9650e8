! poll() of the system, for the examples with an event loop.
module posix_poll
  use, intrinsic :: iso_c_binding
  implicit none

  integer(c_short), parameter :: POLLIN = 1

  type, bind(c) :: pollfd
    integer(c_int) :: fd = -1
    integer(c_short) :: events = POLLIN
    integer(c_short) :: revents = 0
  end type

  interface
    function poll(entries, count, timeout_ms) bind(c, name='poll') result(readable)
      import
      type(pollfd), intent(inout) :: entries(*)
      integer(c_long), value :: count
      integer(c_int), value :: timeout_ms
      integer(c_int) :: readable
    end function
  end interface
end module
