import Core
import Signals
import Testing

@Suite struct ArtifactRuleTests {
    private func refusal(_ change: (inout ArtifactAsset) -> Void) throws -> ArtifactError? {
        var asset = try SampleArtifact.asset("BTCUSDT", rows: 6)
        change(&asset)
        do {
            _ = try SignalsArtifact(origin: SampleArtifact.origin(), assets: [asset])
            return nil
        } catch let error as ArtifactError { return error }
    }

    /// The asset's rows with one of them replaced.
    private func replace(_ index: Int, in asset: inout ArtifactAsset, _ change: (SignalRow) -> SignalRow) {
        var columns = SignalColumns()
        for row in 0..<asset.columns.count { columns.append(row == index ? change(asset.row(row)) : asset.row(row)) }
        asset.columns = columns
    }

    private func row(
        _ row: SignalRow, time: Int64? = nil, target: Double? = nil, confidence: Double? = nil, stop: Double? = nil,
        takeProfit: Double? = nil, fold: Int? = nil
    ) -> SignalRow {
        SignalRow(
            symbol: row.symbol, time: time.map(Timestamp.init(milliseconds:)) ?? row.time, target: target ?? row.target,
            confidence: confidence ?? row.confidence, stop: stop ?? row.stop, takeProfit: takeProfit ?? row.takeProfit,
            fold: fold ?? row.fold)
    }

    @Test func anUnchangedSampleIsAccepted() throws {
        #expect(try refusal { _ in } == nil)
    }

    @Test func costsAndCountsThatCannotBeAreNamed() throws {
        let changes: [(String, (inout ArtifactOrigin) -> Void)] = [
            ("feeBps", { $0.costs.feeBps = 10_000 }), ("slippageBps", { $0.costs.slippageBps = 1e308 }),
            ("a count", { $0.search.trials = .max }), ("a count", { $0.search.evaluations = 1 << 53 + 1 }),
        ]
        for (word, change) in changes {
            var origin = try SampleArtifact.origin()
            change(&origin)
            let error = #expect(throws: ArtifactError.self) {
                try SignalsArtifact(origin: origin, assets: [SampleArtifact.asset("BTCUSDT", rows: 6)])
            }
            #expect(error?.description.contains(word) == true, "\(word): \(error as Any)")
        }
    }

    @Test func unusableRowsAreNamed() throws {
        let changes: [(ArtifactError.RowFlaw, (SignalRow) -> SignalRow)] = [
            (.timeNotAscending, { row($0, time: 9 * 3_600_000) }),
            (.timeOutsideFold, { row($0, time: 12 * 3_600_000 + 1) }),
            (.target, { row($0, target: 1.0000001) }), (.target, { row($0, target: .nan) }),
            (.confidence, { row($0, confidence: -0.1) }), (.confidence, { row($0, confidence: .nan) }),
            (.stop, { row($0, stop: 0) }), (.stop, { row($0, stop: .infinity) }),
            (.takeProfit, { row($0, takeProfit: -3) }), (.fold, { row($0, fold: 2) }), (.fold, { row($0, fold: -1) }),
        ]
        for (flaw, change) in changes {
            let error = try refusal { replace(3, in: &$0, change) }
            #expect(error == .badRow(asset: "BTCUSDT", row: 3, flaw: flaw))
        }
        #expect(
            try refusal { replace(5, in: &$0) { row($0, fold: 0) } } == .badRow(asset: "BTCUSDT", row: 5, flaw: .fold))
    }

    @Test func impossibleHeadersAreRefused() throws {
        let changes: [(String, (inout ArtifactAsset) -> Void)] = [
            ("bars", { $0.bars.count = 3 }), ("bars", { $0.bars.first = .max }), ("no folds", { $0.folds = [] }),
            ("follow", { $0.folds[0].train.last = $0.folds[0].trade.first }),
            ("follow", { $0.folds[1].trade.first = $0.folds[0].trade.last }),
            ("follow", { $0.folds[1].trade.last = .max }), ("genome", { $0.folds[0].genome = [:] }),
            ("genome", { $0.folds[0].genome["x"] = .nan }), ("finite", { $0.folds[0].inSample.netReturn = .infinity }),
            ("finite", { $0.statistics.sharpe = .nan }), ("production", { $0.production.fold = 2 }),
            ("production", { $0.folds[1].tail = false }), ("tail", { $0.folds[0].tail = true }),
        ]
        for (reason, change) in changes {
            let error = try refusal(change)
            #expect(error?.description.contains(reason) == true, "\(reason): \(error?.description ?? "accepted")")
        }
        let twice = [try SampleArtifact.asset("BTCUSDT", rows: 5), try SampleArtifact.asset("BTCUSDT", rows: 6)]
        #expect(throws: ArtifactError.badHeader("asset BTCUSDT appears twice")) {
            try SignalsArtifact(origin: SampleArtifact.origin(), assets: twice)
        }
        #expect(throws: ArtifactError.badHeader("there is no asset")) {
            try SignalsArtifact(origin: SampleArtifact.origin(), assets: [])
        }
    }
}
