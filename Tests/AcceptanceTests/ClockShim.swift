import Foundation
import Testing

/// A wall clock that a test sets, for all programs that are given its environment: a library that is loaded before the
/// C library moves what they read of it. Time goes on from wherever it was put; what only goes forward is not touched.
final class ClockShim: Sendable {
    private let path: String
    private let library: String

    /// A clock that shows an hour of Moscow, of the day it is there now.
    init(moscow hour: String) throws {
        path = Site.parent.appending(path: "aitrade-clock-\(UUID().uuidString)").path
        library = try Self.library.get()
        try set(shift: 0)
        try set(moscow: hour)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// What a program needs to live by it.
    var environment: [String: String] { ["LD_PRELOAD": library, "CLOCK_SHIFT": path] }

    /// What those programs take for now.
    var now: Date {
        let data = FileManager.default.contents(atPath: path) ?? Data()
        let shift = data.withUnsafeBytes { $0.count == 8 ? $0.loadUnaligned(as: Int64.self) : 0 }
        return Date(timeIntervalSinceNow: Double(shift) / 1000)
    }

    /// Puts it to an hour of Moscow, so many days after the one it shows.
    func set(moscow hour: String, daysLater: Int = 0) throws {
        let parts = hour.split(separator: ":").compactMap { Double($0) }
        try #require(parts.count == 3)
        let moscow = 3 * 3600.0
        let day = ((now.timeIntervalSince1970 + moscow) / 86_400).rounded(.down) + Double(daysLater)
        let moment = day * 86_400 - moscow + parts[0] * 3600 + parts[1] * 60 + parts[2]
        try set(shift: Int64((moment - Date().timeIntervalSince1970) * 1000))
    }

    /// Milliseconds ahead of the machine. The file stays the same: programs have it mapped.
    private func set(shift: Int64) throws {
        let data = withUnsafeBytes(of: shift) { Data($0) }
        guard let file = FileHandle(forUpdatingAtPath: path) else { return try data.write(to: URL(filePath: path)) }
        try file.write(contentsOf: data)
        try file.close()
    }

    private static let library = Result { try FaultShim.compiled(source) }

    private static let source = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdint.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>

        static int64_t shift(void) {
            static volatile int64_t *place = 0;
            if (!place) {
                const char *path = getenv("CLOCK_SHIFT");
                int file = path ? open(path, O_RDONLY) : -1;
                if (file < 0) return 0;
                void *memory = mmap(0, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
                close(file);
                if (memory == MAP_FAILED) return 0;
                place = memory;
            }
            return *place;
        }

        #define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

        int clock_gettime(clockid_t clock, struct timespec *now) {
            REAL(clock_gettime);
            int result = real(clock, now);
            if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
            int64_t total = (int64_t)now->tv_sec * 1000000000 + now->tv_nsec + shift() * 1000000;
            now->tv_sec = total / 1000000000;
            now->tv_nsec = total % 1000000000;
            return 0;
        }
        int gettimeofday(struct timeval *restrict now, void *restrict zone) {
            struct timespec exact;
            int result = clock_gettime(CLOCK_REALTIME, &exact);
            now->tv_sec = exact.tv_sec;
            now->tv_usec = exact.tv_nsec / 1000;
            return result;
        }
        time_t time(time_t *result) {
            struct timespec exact;
            clock_gettime(CLOCK_REALTIME, &exact);
            if (result) *result = exact.tv_sec;
            return exact.tv_sec;
        }
        """#
}
