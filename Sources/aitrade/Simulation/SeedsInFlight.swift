import Foundation

/// Names the seeds that were running when a precondition stopped the program, so that they can be run again.
enum SeedsInFlight {
    static let capacity = 64
    // Safe: written by one thread per slot, and read in the signal handler while the process is dying.
    nonisolated(unsafe) private static let slots = {
        let slots = UnsafeMutablePointer<Int>.allocate(capacity: capacity)
        slots.initialize(repeating: -1, count: capacity)
        return slots
    }()

    /// Makes a trap print the seeds and exit with 1, as every broken invariant does.
    static func watch() {
        _ = slots
        for number in [SIGILL, SIGTRAP] { signal(number) { _ in SeedsInFlight.report() } }
    }

    /// A seed begins or, with nil, ends in a slot.
    static func note(_ seed: UInt64?, slot: Int) {
        slots[slot % capacity] = seed.map { Int(truncatingIfNeeded: $0) } ?? -1
    }

    /// Only calls what a signal handler may call.
    private static func report() {
        write("aitrade: a precondition failed (see above); run the seeds in flight one by one to find it:\n")
        for slot in 0..<capacity where slots[slot] >= 0 {
            write("  aitrade simulate --seeds ")
            write(slots[slot])
            write("..")
            write(slots[slot])
            write(" with the same --scenario\n")
        }
        _exit(ExitStatus.checkFailed.rawValue)
    }

    private static func write(_ text: StaticString) {
        _ = Foundation.write(2, text.utf8Start, text.utf8CodeUnitCount)
    }

    private static func write(_ number: Int) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            var digit = UInt8(48 + number / divisor % 10)
            _ = Foundation.write(2, &digit, 1)
            divisor /= 10
        }
    }
}
