import Core
import Foundation
import FoundationNetworking
import Testing

extension Acceptance {
    /// An operator's own calls at Bitget, and what `doctor` says the venue can do.
    @Suite struct BitgetHandsTests {
        private func doctor(_ live: LiveSite, _ flags: [String] = []) async throws -> [[String: Any]] {
            let end = try await live.site.succeed(
                ["doctor", "--venue", "bitget", "--json"] + flags, environment: live.environment)
            return try #require(try end.json() as? [[String: Any]])
        }

        private func stops(_ findings: [[String: Any]]) -> [String] {
            findings.filter { $0["topic"] as? String == "stops" }.compactMap { $0["text"] as? String }
        }

        /// The venue's own close call, then the proof: flat, whatever was held and in which mode.
        @Test(arguments: LiveTwinTests.accounts) func aFlashCloseEndsProvenFlat(account: [String]) async throws {
            let live = try await LiveSite(account)
            let order = ["orders", "place", "--symbol", "BTCUSDT", "--id", "by-hand", "--side", "buy"]
            let bought = try await live.site.run(order + ["--quantity", "0.01"], environment: live.environment)
            #expect(bought.status == 0, "\(bought.text)")
            try await live.twin.until("a position") { $0.held.count == 1 }
            let flat = try await live.site.succeed(["flatten", "--flash", "--json"], environment: live.environment)
            #expect(try flat.jsonObject()["isFlat"] as? Bool == true, "\(flat.text)")
            let books = try await live.twin.books()
            #expect(books.isFlat && books.fills().count == 2)
            // The second order is the venue's: no client of ours named it.
            let log = try await live.twin.list("log?last=5000&path=/api")
            let closes = log.filter { ($0["path"] as? String ?? "").hasSuffix("close-positions") }
            #expect(closes.count == 1 && (closes[0]["body"] as? String ?? "").contains("BTCUSDT"), "\(closes)")
            try await live.twin.stop()
        }

        /// Whether the venue holds stops, and by which price, is said before anybody relies on it.
        @Test(arguments: ["classic", "unified"]) func theDoctorSaysWhetherStopsAreHeld(account: String) async throws {
            var live = try await LiveSite(["--account", account])
            #expect(stops(try await doctor(live)) == ["native stops by the last price, 0 waiting now"])
            live.settings["BITGET_TRIGGER_PRICE"] = "mark"
            #expect(stops(try await doctor(live)) == ["native stops by the mark price, 0 waiting now"])
            live.settings["ASSET_ROUTING"] = "BTCUSDT:bitget-spot"
            let spot = try await live.site.succeed(
                ["doctor", "--venue", "bitget-spot", "--json"], environment: live.environment)
            let said = stops(try #require(try spot.json() as? [[String: Any]]))
            #expect(said.count == 1 && said[0].contains("no native stops"), "\(spot.text)")
            try await live.twin.stop()
        }

        /// The stops that wait are counted while a runner holds a position.
        @Test func theDoctorCountsWhatWaits() async throws {
            var live = try await LiveSite()
            live.settings = ["BITGET_STOP_STYLE": "position"]
            try await live.run { _ in
                #expect(stops(try await doctor(live)) == ["native stops by the last price, 2 waiting now"])
                let kinds = try await live.twin.books().livePlans.compactMap { $0["planType"] as? String }
                #expect(kinds.sorted() == ["pos_loss", "pos_profit"], "one for the whole position")
            }
        }

        /// By the mark price a run arms, is protected and closes when that price reaches its stop.
        @Test(arguments: ["classic", "unified"]) func aRunMayRelyOnTheMarkPrice(account: String) async throws {
            var live = try await LiveSite(["--account", account])
            live.settings = ["BITGET_TRIGGER_PRICE": "mark"]
            try await live.run { _ in
                let offset = (Double(live.price) ?? 0) * -0.12
                try await live.twin.control("mark", #"{"symbol":"BTCUSDT","offset":"\#(Int(offset))"}"#)
                try await live.twin.until("the stop fired") { $0.isFlat }
                #expect(try await waitFor { live.site.positions.isEmpty })
                try await live.twin.control("mark", #"{"symbol":"BTCUSDT","offset":"0"}"#)
            }
        }
    }
}

extension TwinAtWork {
    /// A list that the control endpoint tells.
    func list(_ command: String) async throws -> [[String: Any]] {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/twin/\(command)"))
        let (data, _) = try await URLSession.shared.data(from: url)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    }
}
