import Foundation
import Testing

extension Acceptance {
    @Suite struct HelpTests {
        /// The names under SUBCOMMANDS in a help text.
        private func subcommands(_ help: String) -> [String] {
            guard let start = help.range(of: "SUBCOMMANDS:") else { return [] }
            return help[start.upperBound...].split(separator: "\n").compactMap { line in
                guard line.hasPrefix("  "), line.dropFirst(2).first?.isLowercase == true else { return nil }
                return line.split(separator: " ").first.map(String.init)
            }
        }

        @Test func everyCommandShowsAnExample() async throws {
            let site = try Site()
            var (waiting, seen): ([[String]], [String]) = ([[]], [])
            while let command = waiting.popLast() {
                let help = try await site.succeed(command + ["--help"]).output
                seen.append(command.joined(separator: " "))
                let example = (["aitrade"] + command).joined(separator: " ")
                #expect(help.contains("USAGE: aitrade"), "\(command): \(help)")
                #expect(help.contains(command.isEmpty ? "aitrade run" : "Example: aitrade"), "\(command): \(help)")
                #expect(
                    help.contains(example) || help.contains("(default)") || command.last == "generate", "\(example)")
                waiting += subcommands(help).map { command + [$0] }
            }
            let expected = [
                "signals", "signals generate", "signals inspect", "signals verify", "signals export", "run", "backtest",
                "kill", "status", "why", "ledger verify", "ledger export", "ledger backup", "ledger pnl", "data import",
                "data list", "data verify",
            ]
            #expect(Set(expected).isSubset(of: seen))
        }

        /// Every command starts as fast as its libraries are loaded, and runs where there is no Swift.
        @Test func theProgramLoadsNoLibraryOfSwifts() throws {
            let (list, pipe) = (Process(), Pipe())
            (list.executableURL, list.arguments) = (URL(filePath: "/usr/bin/env"), ["ldd", try Program.binary()])
            list.standardOutput = pipe
            try list.run()
            let names = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            list.waitUntilExit()
            #expect(names.contains("libsqlite3"), "\(names)")
            for library in ["libswift", "libFoundation", "libcurl"] { #expect(!names.contains(library), "\(names)") }
        }

        @Test func everyExampleNamesFlagsThatExist() async throws {
            let site = try Site()
            for command in [["signals", "generate"], ["run"], ["backtest"], ["kill"], ["status"], ["data", "import"]] {
                let help = try await site.succeed(command + ["--help"]).output
                let example = try #require(help.split(separator: "\n").first { $0.contains("Example:") })
                let options = help[(help.range(of: "OPTIONS:")?.lowerBound ?? help.endIndex)...]
                for flag in example.split(separator: " ").filter({ $0.hasPrefix("--") }) {
                    #expect(options.contains(flag), "\(command): \(flag)")
                }
            }
        }

        @Test func completionAndVersionWork() async throws {
            let site = try Site()
            for shell in ["bash", "zsh", "fish"] {
                let script = try await site.succeed(["--generate-completion-script", shell]).output
                #expect(script.contains("aitrade"))
            }
            #expect(try await site.succeed(["--version"]).output.contains("."))
        }

        @Test func bothSpellingsOfAFlagAreOne() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            for window in ["--train-window", "--train_window"] {
                try await site.fail(
                    78, saying: ["BTCUSDT", "100001"],
                    ["signals", "--assets", "BTCUSDT", "--bars", shared.bars, window, "100000", "--out", "x.bin"])
            }
        }
    }
}
