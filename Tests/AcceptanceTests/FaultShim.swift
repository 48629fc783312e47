import Foundation
import Testing

/// A disk that fails on demand: a library that is loaded before the C library and lets calls on some files fail. It
/// needs no rights, so the tests that use it run everywhere.
enum FaultShim {
    /// What fails.
    enum Call: String, CaseIterable {
        case write, sync, open
    }

    /// The environment of a program whose calls on files named like `path` fail with `error` from the one after
    /// `passes` on.
    static func environment(
        _ call: Call, on path: String, after passes: Int, error: Int32
    ) throws -> [String: String] {
        [
            "LD_PRELOAD": try library.get(), "FAULT_CALL": call.rawValue, "FAULT_PATH": path,
            "FAULT_AFTER": String(passes), "FAULT_ERRNO": String(error),
        ]
    }

    private static let library = Result { try compiled(source) }

    /// A library that is loaded before the C library, made by the compiler that comes with Swift.
    static func compiled(_ source: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "aitrade-shim-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (code, result) = (folder.appending(path: "shim.c"), folder.appending(path: "shim.so"))
        try Data(source.utf8).write(to: code)
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments = ["clang", "-shared", "-fPIC", "-O1", "-o", result.path, code.path, "-ldl"]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0, "clang could not compile the shim")
        return result.path
    }

    private static let source = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <stdarg.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/types.h>
        #include <unistd.h>

        static int counter = 0;

        static int fails(const char *call, const char *path) {
            const char *wanted = getenv("FAULT_CALL"), *file = getenv("FAULT_PATH");
            if (!wanted || !file || strcmp(wanted, call) || !path || !strstr(path, file)) return 0;
            if (__sync_add_and_fetch(&counter, 1) <= atoi(getenv("FAULT_AFTER"))) return 0;
            errno = atoi(getenv("FAULT_ERRNO"));
            return 1;
        }

        static int fails_on(const char *call, int fd) {
            char link[64], path[4096];
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            ssize_t length = readlink(link, path, sizeof path - 1);
            if (length < 0) return 0;
            path[length] = 0;
            return fails(call, path);
        }

        #define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

        ssize_t write(int fd, const void *data, size_t size) {
            REAL(write);
            return fails_on("write", fd) ? -1 : real(fd, data, size);
        }
        ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
            REAL(pwrite);
            return fails_on("write", fd) ? -1 : real(fd, data, size, at);
        }
        ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
            REAL(pwrite64);
            return fails_on("write", fd) ? -1 : real(fd, data, size, at);
        }
        int fsync(int fd) {
            REAL(fsync);
            return fails_on("sync", fd) ? -1 : real(fd);
        }
        int fdatasync(int fd) {
            REAL(fdatasync);
            return fails_on("sync", fd) ? -1 : real(fd);
        }
        static int opened_for_writing(const char *path, int flags) {
            return (flags & O_ACCMODE) != O_RDONLY && fails("open", path);
        }
        int open(const char *path, int flags, ...) {
            REAL(open);
            va_list rest;
            va_start(rest, flags);
            int mode = va_arg(rest, int);
            va_end(rest);
            return opened_for_writing(path, flags) ? -1 : real(path, flags, mode);
        }
        int open64(const char *path, int flags, ...) {
            REAL(open64);
            va_list rest;
            va_start(rest, flags);
            int mode = va_arg(rest, int);
            va_end(rest);
            return opened_for_writing(path, flags) ? -1 : real(path, flags, mode);
        }
        """#
}
