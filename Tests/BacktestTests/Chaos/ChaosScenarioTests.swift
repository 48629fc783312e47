import Backtest
import Foundation
import Simulator
import Testing

@Suite struct ChaosScenarioTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/aitrade/Scenarios")

    /// The scenarios that are part of the program, by name.
    static func bundled() throws -> [String: ChaosScenario] {
        var scenarios: [String: ChaosScenario] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let data = try Data(contentsOf: folder.appending(path: name))
            scenarios[String(name.dropLast(5))] = try JSONDecoder().decode(ChaosScenario.self, from: data)
        }
        return scenarios
    }

    private func decode(_ text: String) throws -> ChaosScenario {
        try JSONDecoder().decode(ChaosScenario.self, from: Data(text.utf8))
    }

    @Test func aScenarioIsReadBackAsItWasWritten() throws {
        for (name, scenario) in try Self.bundled() {
            let data = try JSONEncoder().encode(scenario)
            #expect(try JSONDecoder().decode(ChaosScenario.self, from: data) == scenario, "\(name)")
        }
    }

    @Test func theStormTurnsEverySwitchOn() throws {
        let storm = try #require(try Self.bundled()["storm"])
        #expect(Set(storm.venues.flatMap(\.faults.switches)) == Set(FaultSwitch.allCases))
    }

    static let unknown: [(text: String, path: String)] = [
        (#"{"description": "x", "venues": [{"name": "a"}], "hurs": 3}"#, "hurs"),
        (#"{"description": "x", "venues": [{"name": "a", "fault": {}}]}"#, "venues[0].fault"),
        (
            #"{"description": "x", "venues": [{"name": "a"}, {"name": "b", "faults": {"dropRequst": {"chance": 1}}}]}"#,
            "venues[1].faults.dropRequst"
        ),
        (
            #"{"description": "x", "venues": [{"name": "a", "faults": {"delay": {"second": [1, 2]}}}]}"#,
            "venues[0].faults.delay.second"
        ),
        (#"{"description": "x", "venues": [{"name": "a"}], "runner": {"crashes": 3}}"#, "runner.crashes"),
    ]

    @Test(arguments: unknown) func anUnknownKeyIsRefusedWithItsPlace(text: String, path: String) throws {
        let error = try #require(throws: ScenarioError.self) { try decode(text) }
        guard case .unknownKey(let place, let known) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(place == path)
        #expect(!known.isEmpty)
    }

    static let senseless: [(faults: String, part: String)] = [
        (#""dropRequest": {"chance": 1.5}"#, "venues[0].faults.dropRequest"), (#""dropRequest": {}"#, "chance"),
        (#""delay": {"seconds": [2, 1]}"#, "shortest"), (#""delay": {"chance": 1, "seconds": [1, 2]}"#, "seconds"),
        (#""freeze": {"perDay": -1, "seconds": [1, 2]}"#, "perDay"), (#""priceFilter": {"percent": 0}"#, "percent"),
        (#""partialFills": {"parts": 0, "seconds": [1, 1]}"#, "parts"),
    ]

    @Test(arguments: senseless) func aSenselessSettingIsRefused(faults: String, part: String) throws {
        let text = #"{"description": "x", "venues": [{"name": "a", "faults": {\#(faults)}}]}"#
        let error = try #require(throws: ScenarioError.self) { try decode(text) }
        #expect("\(error)".contains(part), "\(error)")
    }

    @Test func aScenarioNeedsVenuesOfDifferentNamesAndPossibleHours() throws {
        for text in [
            #"{"description": "x", "venues": []}"#,
            #"{"description": "x", "venues": [{"name": "a"}, {"name": "a"}]}"#,
            #"{"description": "x", "venues": [{"name": "a"}], "hours": 0}"#,
            #"{"description": "x", "venues": [{"name": "a"}], "symbolsPerVenue": 0}"#,
            #"{"description": "x", "venues": [{"name": "a"}], "runner": {"killsPerDay": -1}}"#,
        ] {
            #expect(throws: ScenarioError.self, "\(text)") { try decode(text) }
        }
    }
}
