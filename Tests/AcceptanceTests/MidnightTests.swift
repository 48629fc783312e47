import Foundation
import Glibc
import Testing

extension Acceptance {
    /// A position over the night: bought at 23:49 in Moscow, guarded by a stop at the venue, sold by it the next day.
    /// At midnight the venue's list of orders begins anew, operations have no names, and it may be the first thing a
    /// new process hears of.
    @Suite struct MidnightTests {
        /// Where the runner is meanwhile.
        enum Night: String, CaseIterable {
            /// It stays.
            case running
            /// It dies after the entry and comes back in the morning.
            case back
            /// It comes back after the stop fired.
            case late
        }

        private static let week = """
            {"phases": [{"days": [1,2,3,4,5,6,7], "from": "10:00", "to": "23:50", "status": "NORMAL_TRADING"}]}
            """

        private func morning(_ live: LiveSite, _ clock: ClockShim) async throws {
            try clock.set(moscow: "10:00:05", daysLater: 1)
            try await live.twin.until("the stop still waits") { $0.held.count == 1 }
        }

        /// The runner stays: it sees the exchange close, and reads its account on both sides of midnight.
        private func stayOverMidnight(_ live: LiveSite, _ clock: ClockShim) async throws {
            try clock.set(moscow: "23:51:00")
            #expect(try await waitFor { live.site.isClosed("SBER") })
            try clock.set(moscow: "23:59:58")
            try await live.untilRead()
            let midnight = clock.now.addingTimeInterval(2)
            #expect(try await waitFor { clock.now > midnight })
            try await live.untilRead()
            #expect(live.site.positions.count == 1)
            #expect(try await live.twin.books().fills().count == 1)
            try clock.set(moscow: "10:00:05")
            #expect(try await waitFor { !live.site.isClosed("SBER") })
        }

        @Test(arguments: Night.allCases) func aStopOfYesterdayIsBookedOnceUnderItsName(night: Night) async throws {
            let clock = try ClockShim(moscow: "23:49:00")
            let site = try Site()
            try site.write(Self.week, to: "week.json")
            let live = try await LiveSite(
                ["--sessions", site.url.appending(path: "week.json").path], venue: .tinvest, clock: clock)
            var runner = try live.start()
            try await live.untilProtected()
            if night == .running {
                try await stayOverMidnight(live, clock)
            } else {
                runner.send(SIGKILL)
                _ = try await runner.end()
                try await morning(live, clock)
                if night == .late { try await fire(live) }
                runner = try live.start()
                if night == .back { try await live.untilProtected() }
            }
            if night != .late { try await fire(live) }
            #expect(try await waitFor { live.site.positions.isEmpty })
            try await live.end(runner)
            try await live.expectSettled()
            try await expectNamed(live)
            try await live.twin.stop()
        }

        private func fire(_ live: LiveSite) async throws {
            try await live.twin.price(live.moved(88))
            try await live.twin.until("the stop fired") { $0.isFlat }
        }

        /// Two executions, each the one of an order of ours; nothing came from elsewhere.
        private func expectNamed(_ live: LiveSite) async throws {
            let export = try await live.site.succeed(
                ["ledger", "export", "fills", "--format", "json", "--state-dir", "state"])
            let rows = try #require(try export.json() as? [[String: Any]])
            #expect(rows.compactMap { $0["side"] as? String } == ["buy", "sell"], "\(rows)")
            for row in rows {
                #expect(row["intent"] is String && row["intent"] as? String == row["client_id"] as? String, "\(row)")
            }
            #expect(!live.site.hasLogged("EXTERNAL"))
        }
    }
}

extension LiveSite {
    /// Waits until the runner has asked its venue a few times more.
    func untilRead() async throws {
        func asked() async throws -> Int { try await twin.control("status")["requests"] as? Int ?? 0 }
        let before = try await asked()
        for _ in 0..<1500 {
            if try await asked() >= before + 10 { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the runner does not read its account")
    }
}
