import Core
import Storage
import Testing

@Suite struct InstrumentCatalogTests {
    @Test func aFolderWithoutCatalogInfersFromTheBars() throws {
        let folder = try TemporaryFolder()
        let catalog = try InstrumentCatalog(folder: folder.path)
        let symbol = try #require(Symbol("NEWUSDT"))
        let interval = try #require(BarInterval("1h"))
        let bar = Bar(openTime: .epoch, open: 0.00012, high: 0.00013, low: 0.0001, close: 0.00012, volume: 12.5)
        let series = try BarSeries(symbol: symbol, interval: interval, bars: [bar])
        let rules = catalog.instrument(of: series)
        #expect(rules.tick == Price("0.00001"))
        #expect(rules.lotStep == Quantity("0.1"))
        #expect(rules.quote == Currency("USDT"))
        let whole = Bar(openTime: .epoch, open: 12, high: 13, low: 11, close: 12, volume: 100)
        let share = try BarSeries(symbol: try #require(Symbol("XYZ")), interval: interval, bars: [whole])
        #expect(InstrumentCatalog.inferred(from: share).tick == Price("1"))
        #expect(InstrumentCatalog.inferred(from: share).quote == Currency("RUB"))
    }

    @Test(arguments: [
        ("{", "data"),
        ("{\"instruments\":[{\"symbol\":\"ABC\"}]}", "is missing"),
        ("{\"instruments\":[{\"symbol\":\"A B\"}]}", "'A B' is not a symbol"),
        (entry(tick: "\"0\""), "must be positive"),
        (entry(tick: "0.01"), "wrong type"),
        (entry(tick: "\"x\""), "'x' is not a decimal number"),
        (entry(tick: "\"1\"", minimum: "-1"), "must not be negative"),
        (entry(tick: "\"1\"", times: 2), "ABC is listed twice"),
    ])
    func mistakesAreNamed(json: String, words: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(json, to: "instruments.json")
        let error = #expect(throws: BarFileError.self) { try InstrumentCatalog(folder: folder.path) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("instruments.json") == true)
    }

    private static func entry(tick: String, minimum: String = "1", times: Int = 1) -> String {
        let one = """
            {"symbol": "ABC", "quote": "RUB", "tick": \(tick), "lotStep": "1", "minimumQuantity": "\(minimum)", \
            "minimumNotional": "0"}
            """
        return "{\"instruments\": [\([String](repeating: one, count: times).joined(separator: ","))]}"
    }
}
