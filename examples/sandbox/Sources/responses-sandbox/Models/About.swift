/// What the sandbox tells of the library to those who see both for the first time.
enum About {
    static let libresponses = """
        You are reading a stream. A server sends this text in about a hundred events, one for a word, and \
        libresponses hands each to a callback of a C program when its last byte has come.

        It checks that no event is missing. Were the connection cut now, the program would be told so and \
        would keep every word up to here; a response in the background would be taken up again behind the \
        last event. It starts no thread and installs no signal handler. It waits on one descriptor, which \
        the program may poll together with its own.

        C, C++, Python, Ruby, Fortran and COBOL call the same library.
        """
}
