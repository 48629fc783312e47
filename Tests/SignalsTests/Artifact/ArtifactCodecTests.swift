import Core
import Foundation
import Signals
import Testing

@Suite struct ArtifactCodecTests {
    @Test func readingWhatWasWrittenGivesTheSameArtifact() throws {
        let artifact = try SampleArtifact.make()
        let bytes = try artifact.encode()
        #expect(try SignalsArtifact.decode(bytes) == artifact)
        #expect(try SampleArtifact.make().encode() == bytes)
        #expect(artifact.assets.map(\.symbol.name) == ["BTCUSDT", "ETHUSDT"])
        #expect(artifact.assets[0].row(1).stop == nil)
        #expect(artifact.assets[0].row(2).stop == 99.5)
    }

    @Test(arguments: [0, 1, 8, 63, 64, 65, 1000]) func everyNumberOfRowsRoundTrips(rows: Int) throws {
        var asset = try SampleArtifact.asset("BTCUSDT", rows: Swift.max(rows, 5))
        if rows < 5 {
            var columns = SignalColumns()
            for row in 0..<rows { columns.append(asset.row(row)) }
            asset.columns = columns
        }
        let artifact = try SignalsArtifact(origin: SampleArtifact.origin(), assets: [asset])
        #expect(try SignalsArtifact.decode(artifact.encode()) == artifact)
    }

    @Test func theLayoutIsTheDocumentedOne() throws {
        let bytes = try SampleArtifact.make().encode()
        #expect(Array(bytes[0..<8]) == Array("AITSIG1\n".utf8))
        #expect(bytes[8..<12].elementsEqual([1, 0, 0, 0]))
        let length = Int(bytes[12]) | Int(bytes[13]) << 8
        let total = (0..<8).reduce(0) { $0 | Int(bytes[16 + $1]) << (8 * $1) }
        #expect(total == bytes.count)
        #expect(Digest.sha256(bytes.dropLast(32)).bytes == Array(bytes.suffix(32)))
        let header = try JSONSerialization.jsonObject(with: Data(bytes[32..<(32 + length)])) as? [String: Any]
        let assets = try #require(header?["assets"] as? [[String: Any]])
        let columns = try #require(assets[1]["columns"] as? [[String: Any]])
        #expect(
            columns.compactMap { $0["name"] as? String } == [
                "time", "target", "confidence", "stop", "takeProfit", "fold",
            ])
        #expect(columns.allSatisfy { ($0["offset"] as? Int ?? 1) % 64 == 0 })
    }

    @Test func theHeaderSpellsNumbersShortestAndLeavesUndefinedFiguresOut() throws {
        let text = String(decoding: try SampleArtifact.make().encode(), as: UTF8.self)
        #expect(text.contains("\"netReturn\":0.30000000000000004"))
        #expect(text.contains("\"seed\":18446744073709551615"))
        #expect(text.contains("\"fees\":1e-07"))
        #expect(!text.contains("winRate") && !text.contains("profitFactor"))
        #expect(text.contains("\"weight.rsi\":-0.35"))
        #expect(text.contains("\"version\":\"1/ä\""))
    }

    @Test func keysAreSortedByTheirBytes() throws {
        var asset = try SampleArtifact.asset("BTCUSDT", rows: 5)
        asset.production.genome = ["b10": 1, "b9": 2, "B": 3, "a": 4, "_": 5]
        let artifact = try SignalsArtifact(origin: SampleArtifact.origin(), assets: [asset])
        let text = String(decoding: try artifact.encode(), as: UTF8.self)
        #expect(text.contains("{\"B\":3,\"_\":5,\"a\":4,\"b10\":1,\"b9\":2}"))
    }

    @Test func rowsExportAsCSVAndJSON() throws {
        let artifact = try SampleArtifact.make()
        let symbol = try #require(Symbol("BTCUSDT"))
        let lines = ArtifactExport.csv(artifact, symbols: [symbol]).split(separator: "\n")
        #expect(lines.count == 10)
        #expect(lines[0] == "symbol,time,target,confidence,stop,takeProfit,fold")
        #expect(lines[1] == "BTCUSDT,32400000,-1.0,0.0,99.5,110.25,0")
        #expect(lines[2] == "BTCUSDT,36000000,0.0,0.5,,,0")
        let rows = try JSONDecoder().decode([SignalRow].self, from: Data(ArtifactExport.json(artifact).utf8))
        #expect(rows == artifact.assets.flatMap { asset in (0..<asset.columns.count).map(asset.row) })
        #expect(ArtifactExport.json(artifact, symbols: []) == "[\n]\n")
    }
}
