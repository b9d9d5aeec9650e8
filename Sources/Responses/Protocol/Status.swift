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
}
