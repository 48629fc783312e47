import Testing

@Suite struct ArrowRuleTests {
    private func found(_ room: String, _ module: String) -> Int {
        arrowFindings(pure("public import \(module)", path: "Sources/\(room)/A.swift")).count
    }

    @Test func everyArrowUpIsFoundAndEveryArrowDownIsFine() {
        let order = ["Core", "Optimizer", "Signals", "Simulator", "Engine", "Backtest", "Storage", "Brokers", "Router"]
        var allowed = 0
        for (height, room) in order.enumerated() {
            for module in order[height...] where module != room {
                #expect(found(room, module) == 1, "\(room) \(module)")
            }
            for module in order[..<height] where found(room, module) == 0 { allowed += 1 }
        }
        // Counted in the design's table.
        #expect(allowed == 1 + 2 + 1 + 1 + 3 + 1 + 2 + 2)
        #expect(found("Router", "Runner") == 1 && found("Runner", "Router") == 0 && found("aitrade", "Runner") == 0)
    }

    @Test func foundationStaysOutOfPureTargets() {
        for room in ["Core", "Optimizer", "Signals", "Simulator", "Engine", "Backtest"] {
            #expect(found(room, "Foundation") == 1)
            #expect(found(room, "FoundationEssentials") == (room == "Signals" ? 0 : 1))
        }
        #expect(found("Storage", "Foundation") == 0)
    }

    @Test func onlyBrokersTalkToTheNetwork() {
        #expect(found("Runner", "FoundationNetworking") == 1 && found("Storage", "FoundationNetworking") == 1)
        #expect(found("Brokers", "FoundationNetworking") == 0)
    }

    @Test func testsMayImportAnything() {
        #expect(arrowFindings(pure("import Foundation", path: "Tests/CoreTests/A.swift")).isEmpty)
    }
}
