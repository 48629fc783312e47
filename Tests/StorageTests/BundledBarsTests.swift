import Core
import Foundation
import Storage
import Testing

@Suite struct BundledBarsTests {
    private let folder = "\(repository)/data_cache/bars"

    @Test func everyBundledFileIsSoundAndAsLongAsItsReadmeSays() throws {
        let cache = try TemporaryFolder()
        let listing = try BarStore(folder: folder, cacheFolder: cache.path).list()
        let rows = try Dictionary(
            uniqueKeysWithValues: listing.map { ($0.name.description, try $0.content.get().rows) })
        let shipped = [
            "BTCUSDT-1h": 5980, "DOGEUSDT-1h": 6002, "LINKUSDT-1h": 6002, "GAZP-1d": 2253, "LKOH-1d": 2253,
            "SBER-1d": 2253,
        ]
        for (name, count) in shipped.sorted(by: { $0.key < $1.key }) { #expect(rows[name] == count, "\(name)") }
    }

    @Test(arguments: ["BTCUSDT-1h", "DOGEUSDT-1h", "LINKUSDT-1h", "GAZP-1d", "LKOH-1d", "SBER-1d"])
    func everyPriceIsAMultipleOfTheListedTick(name: String) throws {
        let catalog = try InstrumentCatalog(folder: folder)
        let text = try String(contentsOfFile: "\(folder)/\(name).csv", encoding: .utf8)
        let symbol = try #require(BarFileName(path: "\(name).csv")).symbol
        let rules = try #require(catalog.listed(symbol))
        #expect(catalog.broker(of: symbol) != nil)
        for line in text.split(separator: "\n").dropFirst() {
            for field in line.split(separator: ",")[1...4] {
                let price = try #require(FixedDecimal(String(field)))
                #expect(price.isMultiple(of: rules.tick.value), "\(name): \(field)")
            }
        }
    }

    @Test func inferredTicksAreTheListedOnesWhereTheBarsShowThem() throws {
        let cache = try TemporaryFolder()
        let store = BarStore(folder: folder, cacheFolder: cache.path)
        let catalog = try InstrumentCatalog(folder: folder)
        for name in try store.names() {
            guard let rules = catalog.listed(name.symbol) else { continue }
            let inferred = InstrumentCatalog.inferred(from: try store.load(name.symbol, name.interval))
            #expect(inferred.tick == rules.tick, "\(name)")
            #expect(inferred.quote == rules.quote, "\(name)")
            #expect(inferred.minimumNotional == .zero)
        }
    }

    /// 26,000 rows in well under 50 ms; the bound is loose because test machines are busy.
    @Test func parsingIsFast() throws {
        let text = try Array(Data(contentsOf: URL(fileURLWithPath: "\(folder)/BTCUSDT-1h.csv")))
        let seconds =
            (0..<5).map { _ in
                let clock = ContinuousClock()
                return clock.measure { _ = try? BarCSV(text, path: "x") }
            }.min() ?? .zero
        #expect(seconds < .milliseconds(6), "5,980 rows took \(seconds)")
    }
}
