import Foundation
import Glibc
import Testing

extension Acceptance {
    @Suite struct ServiceTests {
        /// What a program sent to a service manager: perl holds the other end of the socket.
        private func notes(_ address: String, _ site: Site, _ arguments: [String]) async throws -> [String] {
            let listener = Process()
            listener.executableURL = URL(filePath: "/usr/bin/perl")
            let script = """
                use Socket; my $n = $ARGV[0]; $n =~ s/^@/\\0/;
                socket(S, PF_UNIX, SOCK_DGRAM, 0); bind(S, pack_sockaddr_un($n)) or die; $| = 1; print "ready\\n";
                while (defined recv(S, my $m, 4096, 0)) { $m =~ s/\\n/|/g; print "$m\\n"; last if $m =~ /STOPPING/ }
                """
            listener.arguments = ["-e", script, address]
            let output = Pipe()
            listener.standardOutput = output
            try listener.run()
            _ = output.fileHandleForReading.availableData
            let end = try await site.run(arguments, environment: ["NOTIFY_SOCKET": address])
            #expect([0, 10].contains(end.status), "\(end.text)")
            if listener.isRunning { try await Task.sleep(for: .milliseconds(200)) }
            listener.terminate()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            return text.split(separator: "\n").map(String.init)
        }

        @Test func theRunnerTellsTheServiceManagerWhatItDoes() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            let run = shared.replay + ["--sleep", "0.02", "--max-steps", "60"]
            for address in ["@aitrade-\(UUID().uuidString)", site.url.appending(path: "notify").path] {
                let notes = try await notes(address, site, run)
                #expect(notes.first?.hasPrefix("STATUS=starting") == true, "\(notes)")
                #expect(notes.dropFirst().first?.hasPrefix("READY=1|WATCHDOG=1|STATUS=running") == true, "\(notes)")
                #expect(notes.last?.hasPrefix("STOPPING=1|STATUS=stopped") == true, "\(notes)")
                #expect(notes.count > 4, "a beat is a sign of life")
            }
        }

        @Test func theWatchdogIsWatchedAsWell() async throws {
            let (site, address) = (try Site(), "@aitrade-\(UUID().uuidString)")
            _ = try site.makeState()
            let notes = try await notes(address, site, ["watchdog", "--once"])
            #expect(notes.first?.hasPrefix("READY=1|WATCHDOG=1|STATUS=") == true, "\(notes)")
            #expect(notes.last?.hasPrefix("STOPPING=1") == true)
        }

        @Test func theUnitFilesNameWhatTheProgramHas() throws {
            let folder = Workshop.repository.appending(path: "deploy")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            let units = names.filter { $0.hasSuffix(".service") || $0.hasSuffix(".timer") }
            #expect(units.contains("aitrade-runner.service") && units.contains("aitrade-watchdog.service"))
            for unit in units where unit.hasSuffix(".service") && !unit.contains("backup") {
                let text = try String(contentsOf: folder.appending(path: unit), encoding: .utf8)
                #expect(text.contains("Type=notify") && text.contains("WatchdogSec="))
                #expect(text.contains("RestartPreventExitStatus=10 11"), "a halt is not restarted away: \(unit)")
            }
        }
    }
}
