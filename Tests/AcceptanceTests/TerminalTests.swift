import Foundation
import Glibc
import Testing

extension Acceptance {
    /// What is drawn anew on a terminal, on narrow ones too.
    @Suite struct TerminalTests {
        @Test(arguments: [30, 80], [["--generations", "12"], ["sweep", "--below", "ema:60..90:5"]])
        func noLineIsWiderThanTheTerminal(columns: Int, command: [String]) async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let isSweep = command.first == "sweep"
            let windows = isSweep ? [] : ["--train-window", "500", "--trade-window", "50", "--out", "one.bin"]
            let drawn = try onTerminal(
                ["signals"] + command + ["--bars", shared.bars] + windows, columns: UInt16(columns), site.url)
            // A return or a new line begins another line; escapes take no room.
            let plain = drawn.replacing(/\u{1B}\[[0-9]*[A-Z]/, with: "")
            let lines = plain.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("aitrade:") }
            #expect(lines.contains { $0.hasPrefix("[") }, "\(drawn.debugDescription)")
            #expect(lines.allSatisfy { $0.count < columns }, "\(lines.filter { $0.count >= columns })")
            guard columns == 80, !isSweep else { return }
            #expect(lines.contains { $0.contains("genomes, ") && $0.hasSuffix("/s") })
        }

        /// Runs the program with a terminal of so many columns for its errors, and gives what was drawn there.
        private func onTerminal(_ arguments: [String], columns: UInt16, _ folder: URL) throws -> String {
            let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            defer { close(master) }
            // TIOCSPTLCK and TIOCGPTN: unlocks the other side and asks for its number. They are macros C keeps.
            var (lock, number) = (CInt(0), CUnsignedInt(0))
            try #require(ioctl(master, 0x4004_5431, &lock) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
            var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
            try #require(ioctl(master, UInt(TIOCSWINSZ), &size) == 0)
            let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
            try #require(slave >= 0)
            let process = Process()
            process.executableURL = URL(filePath: try Program.binary())
            (process.arguments, process.currentDirectoryURL) = (arguments, folder)
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
            try process.run()
            close(slave)
            // Ends with an error once the program, the only one that still has the other side, is gone.
            var (drawn, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
            while case let count = read(master, &buffer, buffer.count), count > 0 { drawn += buffer[..<count] }
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            return String(decoding: drawn, as: UTF8.self)
        }
    }
}
