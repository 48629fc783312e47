import Foundation
import Glibc
import Testing

extension Acceptance {
    @Suite struct WatchdogCommandTests {
        private static let flatten = ["watchdog", "--on-stale", "flatten", "--max-age", "1.5", "--json"]
        private static let canMount = ConditionTrait.enabled(
            if: SmallDisk.isPermitted, Comment(rawValue: SmallDisk.reason))

        /// A runner that holds a position in the middle of a replay.
        private func runner(_ site: Site, _ state: [String] = []) async throws -> (Program, Workshop.Shared) {
            let shared = try await Workshop.shared.shared()
            let runner = try Program(shared.replay + state + ["--sleep", "0.02"], in: site.url)
            if state.isEmpty {
                try await site.waitUntilRunning(runner.pid)
                #expect(try await waitFor { !site.positions.isEmpty })
            }
            return (runner, shared)
        }

        /// The report of a watchdog that closed everything, and that the books agree with it.
        private func expectFlat(_ site: Site, _ end: Finished, cause: String, way: String = "killSequence") throws {
            #expect(end.status == 10, "\(end.text)")
            let report = try end.jsonObject()
            #expect(report["cause"] as? String == cause && report["action"] as? String == "flattened", "\(end.text)")
            let flatten = try #require(report["flatten"] as? [String: Any])
            #expect(flatten["isFlat"] as? Bool == true && flatten["way"] as? String == way, "\(end.text)")
            #expect(end.errors.contains("ALERT RUNNER_\(cause.uppercased()) critical:"), "\(end.text)")
            #expect(end.errors.contains("ALERT WATCHDOG_FLAT"), "\(end.text)")
        }

        /// After a watchdog's work the next start finds everything as a runner would have left it.
        private func expectHeldUntilReleased(_ site: Site, _ shared: Workshop.Shared, cause: String) async throws {
            let reason = "WATCHDOG: RUNNER_\(cause.uppercased())"
            try await site.expectHalted(reason: reason, try await site.run(shared.replay))
            _ = try await site.books()
            try await site.succeed(["kill", "--release"])
            #expect(try await site.succeed(shared.replay).output.contains("finished"))
            _ = try await site.books()
        }

        @Test func aKilledRunnersPositionsAreClosedAndTheBooksKnowIt() async throws {
            let site = try Site()
            let watchdog = try Program(Self.flatten, in: site.makeState())
            let (runner, shared) = try await runner(site)
            runner.send(SIGKILL)
            _ = try await runner.end()
            try expectFlat(site, try await watchdog.end(), cause: "dead")
            #expect(site.heartbeat?["state"] as? String == "halted" && site.positions.isEmpty)
            try await expectHeldUntilReleased(site, shared, cause: "dead")
        }

        @Test func aFrozenRunnerIsKilledBeforeAnythingIsClosed() async throws {
            let site = try Site()
            let (runner, shared) = try await runner(site)
            runner.send(SIGSTOP)
            let end = try await site.run(Self.flatten)
            try expectFlat(site, end, cause: "frozen")
            #expect(try await runner.end().status == 128 + SIGKILL)
            try await expectHeldUntilReleased(site, shared, cause: "frozen")
        }

        @Test func aRunnerThatBeatsInCirclesIsFenced() async throws {
            let site = try Site()
            let (runner, _) = try await runner(site)
            runner.send(SIGSTOP)
            let watchdog = try Program(Self.flatten, in: site.url)
            // The beats of a runner whose loop turns without getting on.
            var beat = try site.json("state/runner_heartbeat.json")
            var count = try #require(beat["sequence"] as? Int)
            let file = site.url.appending(path: "state/runner_heartbeat.json")
            let deadline = ContinuousClock.now + .seconds(20)
            while ProcessInfo.runs(runner.pid), ContinuousClock.now < deadline {
                count += 1
                beat["sequence"] = count
                beat["at"] = Int(Date().timeIntervalSince1970 * 1000)
                try JSONSerialization.data(withJSONObject: beat).write(to: file, options: .atomic)
                try await Task.sleep(for: .milliseconds(50))
            }
            try expectFlat(site, try await watchdog.end(), cause: "looping")
            #expect(try await runner.end().status == 128 + SIGKILL)
        }

        @Test func aProcessThatMerelyHasTheNumberIsLeftAlone() async throws {
            let site = try Site()
            let (runner, _) = try await runner(site)
            runner.send(SIGKILL)
            _ = try await runner.end()
            let innocent = Process()
            innocent.executableURL = URL(filePath: "/bin/sleep")
            innocent.arguments = ["60"]
            try innocent.run()
            defer { innocent.terminate() }
            var beat = try site.json("state/runner_heartbeat.json")
            beat["pid"] = Int(innocent.processIdentifier)
            try JSONSerialization.data(withJSONObject: beat).write(
                to: site.url.appending(path: "state/runner_heartbeat.json"))
            try expectFlat(site, try await site.run(Self.flatten), cause: "dead")
            #expect(innocent.isRunning)
        }

        @Test func twoWatchdogsCloseOnce() async throws {
            let site = try Site()
            let (runner, _) = try await runner(site)
            let dogs = try (0..<2).map { _ in try Program(Self.flatten, in: site.url) }
            runner.send(SIGKILL)
            _ = try await runner.end()
            let haveActed = try await waitFor { site.heartbeat?["state"] as? String == "halted" }
            #expect(haveActed)
            try await Task.sleep(for: .milliseconds(300))
            dogs.forEach { $0.send(SIGTERM) }
            let ends = [try await dogs[0].end(), try await dogs[1].end()]
            // The second one finds a halt that ended in order, or takes the lock after the first and proves it again.
            #expect([[0, 10], [10, 10]].contains(ends.map(\.status).sorted()), "\(ends.map(\.text))")
            let flattens = try await site.books().filter { $0.hasPrefix("intents:") && $0.contains("\"flatten\"") }
            #expect(flattens.count <= 2, "each position is closed once")
        }

        @Test func whatEndedInOrderRaisesNoAlarm() async throws {
            let (site, shared) = (try Site(), try await Workshop.shared.shared())
            try await site.succeed(shared.replay + ["--max-steps", "300"])
            let stopped = try await site.succeed(["watchdog", "--once", "--json", "--max-age", "1"])
            #expect(try stopped.jsonObject()["verdict"] as? String == "resting")
            try await site.succeed(shared.replay)
            #expect(try await site.succeed(Self.flatten + ["--once"]).errors.isEmpty)
            try await site.succeed(["kill"])
            _ = try await site.run(shared.replay)
            let halted = try await site.succeed(Self.flatten + ["--once"])
            #expect(try halted.jsonObject()["state"] as? String == "halted" && halted.errors.isEmpty)
        }

        /// A switch that nobody is there to hear: the books of a run that ended in order still hold a position.
        @Test func anEngagedSwitchWithoutARunnerIsServedByTheWatchdog() async throws {
            let site = try Site()
            let (runner, _) = try await runner(site)
            let beside = try await site.fail(75, saying: ["aitrade kill makes the runner close"], ["flatten"])
            #expect(!beside.errors.contains("keys"), "\(beside.text)")
            runner.send(SIGINT)
            #expect(try await runner.end().status == 0)
            #expect(!site.positions.isEmpty)
            #expect(try await site.succeed(Self.flatten + ["--once"]).jsonObject()["verdict"] as? String == "resting")
            let kill = try await site.succeed(["kill"])
            #expect(kill.output.contains("No runner works here"), "\(kill.text)")
            try expectFlat(site, try await site.run(Self.flatten + ["--once"]), cause: "unattended")
            let after = try await site.succeed(Self.flatten + ["--once"]).jsonObject()
            #expect(after["verdict"] as? String == "resting", "\(after)")
        }

        @Test func onceSaysAtOnceWhatItSees() async throws {
            let site = try Site()
            let once = ["watchdog", "--once", "--json", "--max-age", "3"]
            #expect(try await site.run(once).status == 78)
            #expect(try await site.succeed(once, in: site.makeState()).jsonObject()["verdict"] as? String == "resting")
            let (runner, shared) = try await runner(site)
            #expect(try await site.succeed(once).jsonObject()["verdict"] as? String == "healthy")
            runner.send(SIGKILL)
            _ = try await runner.end()
            let end = try await site.run(once, environment: ["ALERT_COMMAND": "cat > alert; echo $AITRADE_ALERT_CODE"])
            #expect(end.status == 1 && end.errors.contains("ALERT RUNNER_DEAD"), "\(end.text)")
            #expect(String(decoding: try site.data("alert"), as: UTF8.self).contains("\"code\":\"RUNNER_DEAD\""))
            #expect(!site.exists("state/kill_switch.json"), "an alert changes nothing")
            try await site.succeed(shared.replay)
        }

        @Test func beatsThatAreMissingDamagedOrFromTheFutureAreNotBelieved() async throws {
            let site = try Site()
            let (runner, _) = try await runner(site)
            runner.send(SIGSTOP)
            var beat = try site.json("state/runner_heartbeat.json")
            beat["at"] = Int(Date().timeIntervalSince1970 * 1000) + 86_400_000
            let file = site.url.appending(path: "state/runner_heartbeat.json")
            try JSONSerialization.data(withJSONObject: beat).write(to: file)
            let watch = ["watchdog", "--max-age", "1", "--json"]
            for content in [nil, Data("{".utf8)] as [Data?] {
                if let content { try content.write(to: file) }
                let dog = try Program(watch, in: site.url)
                try await Task.sleep(for: .milliseconds(1600))
                dog.send(SIGTERM)
                let end = try await dog.end()
                let cause = content == nil ? "frozen" : "silent"
                #expect(end.errors.contains("ALERT RUNNER_\(cause.uppercased())"), "\(end.text)")
            }
            try FileManager.default.removeItem(at: file)
            runner.send(SIGKILL)
            _ = try await runner.end()
            try expectFlat(site, try await site.run(Self.flatten), cause: "silent")
        }

        @Test(canMount) func onAFullDiskEverythingIsStillClosed() async throws {
            let (site, disk) = (try Site(), try SmallDisk(kibibytes: 6000))
            let folder = disk.url.path
            let (runner, shared) = try await runner(site, ["--state-dir", folder])
            let beat = disk.url.appending(path: "runner_heartbeat.json")
            let holds = try await waitFor {
                let data = (try? Data(contentsOf: beat)) ?? Data()
                let json = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
                return (json?["positions"] as? [String: String])?.isEmpty == false
            }
            #expect(holds)
            runner.send(SIGSTOP)
            // Filled to the last byte.
            let filler = open("\(folder)/filler", O_WRONLY | O_CREAT, 0o600)
            for size in [4096, 512, 1] {
                let block = [UInt8](repeating: 1, count: size)
                while write(filler, block, size) == size {}
            }
            close(filler)
            let end = try await site.run(Self.flatten + ["--state-dir", folder])
            try expectFlat(site, end, cause: "frozen", way: "closeOut")
            #expect(try await runner.end().status == 128 + SIGKILL)
            // Once there is room again, a start halts and the books agree.
            try disk.grow(kibibytes: 40_000)
            let halted = try await site.run(shared.replay + ["--state-dir", folder])
            #expect(halted.status == 10, "\(halted.text)")
            _ = try await site.books(folder)
        }
    }
}

extension Site {
    /// Makes an empty state folder.
    func makeState() throws -> URL {
        try FileManager.default.createDirectory(
            at: url.appending(path: "state"), withIntermediateDirectories: true)
        return url
    }

    /// Starts the program in a folder made for it.
    func succeed(_ arguments: [String], in folder: URL) async throws -> Finished {
        let end = try await Program.run(arguments, in: folder)
        #expect(end.status == 0, "\(end.text)")
        return end
    }
}

extension ProcessInfo {
    /// Whether a process runs and does not merely wait to be reaped.
    static func runs(_ pid: pid_t) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return !stat.contains(") Z ")
    }
}
