import Foundation
import FoundationNetworking
import Testing

extension Acceptance {
    /// The files and the seed that a twin starts from: what they say happens, and what makes no sense is named.
    @Suite struct BitgetTwinFileTests {
        private func twin(_ site: Site, _ flags: [String]) async throws -> TwinAtWork {
            try await TwinAtWork(site, ["--no-limits"] + flags)
        }

        private func path(_ site: Site, _ name: String) -> String { site.url.appending(path: name).path }

        /// How the twin answers the time, so many times in a row: true when it does.
        private func answers(_ twin: TwinAtWork, _ count: Int) async throws -> [Bool] {
            let url = try #require(URL(string: "http://127.0.0.1:\(twin.port)/api/v2/public/time"))
            var answers: [Bool] = []
            for _ in 0..<count {
                let (data, _) = try await URLSession.shared.data(from: url)
                answers.append(String(decoding: data, as: UTF8.self).contains("serverTime"))
            }
            return answers
        }

        @Test func aFaultPlanIsInForceFromTheStart() async throws {
            let site = try Site()
            try site.write(
                #"{"rules":[{"do":"reject","code":"45001","path":"/api/v2/public/time","count":2}]}"#,
                to: "plan.json")
            let twin = try await twin(site, ["--faults", path(site, "plan.json")])
            #expect(try await answers(twin, 4) == [false, false, true, true])
            #expect((try await twin.control("status")["faultsFelt"] as? [String: Any])?.isEmpty == false)
            try await twin.stop()
        }

        /// Equal seeds give equal faults, another seed others; the seed is told.
        @Test func theSeedDecidesWhatIsRandom() async throws {
            let site = try Site()
            try site.write(#"{"rules":[{"do":"reject","code":"45001","chance":0.5}]}"#, to: "plan.json")
            var felt: [[Bool]] = []
            for seed in ["7", "7", "8"] {
                let twin = try await twin(site, ["--faults", path(site, "plan.json"), "--seed", seed])
                #expect(try await twin.control("status")["seed"] as? String == seed)
                felt.append(try await answers(twin, 60))
                try await twin.stop()
            }
            #expect(felt[0] == felt[1] && felt[0] != felt[2] && Set(felt[0]).count == 2)
        }

        /// Prices follow the script in its order and stay where it ends.
        @Test func aScriptLeadsThePrice() async throws {
            let site = try Site()
            try site.write(
                """
                [{"at": 0, "symbol": "BTCUSDT", "price": "50000"}, {"at": 1.5, "symbol": "BTCUSDT", "price": "51000"},
                 {"at": 3, "symbol": "BTCUSDT", "price": "49000.5", "gap": true}]
                """, to: "script.json")
            let twin = try await twin(site, ["--script", path(site, "script.json")])
            var seen: [String] = []
            let end = ContinuousClock.now + .seconds(30)
            while ContinuousClock.now < end, seen.last != "49000.5" {
                let price = try await twin.price()
                if seen.last != price { seen.append(price) }
            }
            let steps = ["50000", "51000", "49000.5"]
            #expect(steps.filter(seen.contains).count >= 2 && seen.last == "49000.5", "\(seen)")
            #expect(seen.compactMap { Double($0) }.allSatisfy { (49_000...60_000).contains($0) }, "\(seen)")
            try await Task.sleep(for: .seconds(1))
            #expect(try await twin.price() == "49000.5", "it stays there")
            try await twin.stop()
        }

        /// A file that makes no sense: the flag, what is in it, and what the error has to name beside the file.
        static let mistakes: [(flag: String, text: String, words: [String])] = [
            ("--faults", #"{"faults":{"dropRespons":{"chance":1}}}"#, ["faults.dropRespons", "dropResponse"]),
            ("--faults", #"{"rules":[{"do":"dropp"}]}"#, ["rules[0].do = dropp", "dropRequest"]),
            ("--faults", #"{"rules":[{"do":"reject"}]}"#, ["rules[0]", "code"]),
            ("--faults", #"{"rules":[{"do":"drop","paht":"/"}]}"#, ["rules[0].paht", "path"]),
            ("--faults", #"{"faults":{"dropResponse":{"chance":"x"}}}"#, ["faults.dropResponse.chance"]),
            ("--faults", #"{"calmAfter":-1}"#, ["calmAfter"]),
            ("--faults", #"{"rules":["#, ["no JSON"]),
            ("--script", #"[{"at":1,"symbol":"BTCUSDT"}]"#, ["[0].price", "missing"]),
            (
                "--script", #"[{"at":1,"symbol":"BTCUSDT","price":"1"},{"at":2,"symbol":"B","prize":"1"}]"#,
                ["[1].prize"]
            ),
            ("--script", #"[{"at":1,"symbol":"BTCUSDT","price":"-1"}]"#, ["[0].price", "above 0"]),
            ("--script", #"[{"at":-1,"symbol":"BTCUSDT","price":"1"}]"#, ["[0].at", "from 0"]),
            ("--script", #"[{"at":1,"symbol":"XYZUSDT","price":"1"}]"#, ["XYZUSDT", "--assets"]),
            ("--script", #"{"at":1}"#, ["price script"]),
        ]

        @Test(arguments: mistakes.indices) func aFileThatMakesNoSenseIsNamed(index: Int) async throws {
            let (site, mistake) = (try Site(), Self.mistakes[index])
            try site.write(mistake.text, to: "wrong.json")
            try await site.fail(
                65, saying: mistake.words + ["wrong.json", "fix: "],
                ["twin", "bitget", "--port", "0", "--assets", "BTCUSDT", "--bars", Workshop.bundle.path]
                    + [mistake.flag, "wrong.json"])
        }

        @Test(arguments: ["--faults", "--script"]) func aFileThatIsNotThereIsNamed(flag: String) async throws {
            let site = try Site()
            try await site.fail(
                65, saying: ["nowhere.json", "cannot be read", "fix: "],
                ["twin", "bitget", "--port", "0", "--bars", Workshop.bundle.path, flag, "nowhere.json"])
        }

        /// The same texts are refused while it runs, in the same words, and change nothing.
        @Test func theControlEndpointTakesTheSameFiles() async throws {
            let site = try Site()
            let twin = try await twin(site, [])
            try await twin.price("60000")
            for mistake in Self.mistakes {
                let command = mistake.flag == "--faults" ? "faults" : "script"
                let complaint = try await twin.complaint(command, mistake.text)
                #expect(!complaint.isEmpty)
                if mistake.words[0].contains("[") {
                    #expect(complaint.contains(mistake.words[0]) || complaint.contains("takes"), "\(complaint)")
                }
            }
            #expect(try await twin.price() == "60000")
            #expect(try await answers(twin, 3) == [true, true, true])
            try await twin.stop()
        }

        @Test func aLoginTimeoutIsSet() async throws {
            let site = try Site()
            try await site.fail(64, saying: ["--login-timeout"], ["twin", "bitget", "--login-timeout", "0"])
            let twin = try await twin(site, ["--login-timeout", "1"])
            #expect(try await answers(twin, 1) == [true])
            try await twin.stop()
        }
    }
}
