import Core
import FoundationEssentials

/// The header as it stands in the file: JSON with sorted keys.
struct ArtifactHeader: Codable, Equatable {
    var assets: [Asset]
    var costs: ArtifactCosts
    /// Written only when true.
    var crossAsset: Bool?
    var generator: ArtifactGenerator
    var intervalMs: Int64
    var mode: ArtifactMode
    var preset: String
    var search: ArtifactSearch
    var seed: UInt64
    /// Written only when the genomes may look at them.
    var timeframes: TimeframeWeights?
    var tradeWindow: Int
    var trainWindow: Int
    /// The worst of the assets' verdicts, which is all that readers need who do not trade it.
    var verdict: GateVerdict

    struct Asset: Codable, Equatable {
        var bars: ArtifactBars
        var columns: [Column]
        var folds: [ArtifactFold]
        var judgement: ArtifactJudgement?
        var production: ArtifactProduction
        var rows: Int
        var statistics: ArtifactStatistics
        var symbol: Symbol
    }

    struct Column: Codable, Equatable {
        var name: String
        var offset: Int
        var type: String
    }

    init(_ artifact: SignalsArtifact) {
        let origin = artifact.origin
        (costs, generator, mode, preset) = (origin.costs, origin.generator, origin.mode, origin.preset)
        (search, seed, intervalMs) = (origin.search, origin.seed, origin.interval.milliseconds)
        (tradeWindow, trainWindow, verdict) = (origin.tradeWindow, origin.trainWindow, artifact.verdict)
        crossAsset = origin.crossAsset ? true : nil
        timeframes = origin.timeframes
        assets = artifact.assets.map { asset in
            Asset(
                bars: asset.bars,
                columns: ArtifactColumn.allCases.map { Column(name: $0.rawValue, offset: 0, type: $0.type) },
                folds: asset.folds, judgement: asset.judgement, production: asset.production,
                rows: asset.columns.count, statistics: asset.statistics, symbol: asset.symbol)
        }
    }

    /// The origin the header describes.
    func origin() throws(ArtifactError) -> ArtifactOrigin {
        guard let interval = BarInterval(milliseconds: intervalMs) else {
            throw .badHeader("intervalMs is not a positive whole number of seconds")
        }
        return ArtifactOrigin(
            generator: generator, mode: mode, preset: preset, seed: seed, interval: interval,
            trainWindow: trainWindow, tradeWindow: tradeWindow, costs: costs, search: search,
            crossAsset: crossAsset ?? false, timeframes: timeframes)
    }

    /// Lays the columns out one after another from the end of a header of `length` bytes.
    ///
    /// - Returns: where the last column ends.
    mutating func layOut(headerLength length: Int) -> Int {
        var end = ArtifactFormat.fixedLength + length
        for asset in assets.indices {
            for (index, column) in ArtifactColumn.allCases.enumerated() {
                let offset = ArtifactFormat.aligned(end)
                assets[asset].columns[index].offset = offset
                end = offset + assets[asset].rows * column.width
            }
        }
        return end
    }

    /// The one spelling of this header. Offsets count from the file's start, so a longer header moves them and may
    /// thereby grow again; it only ever grows, so this ends.
    mutating func settled() throws(ArtifactError) -> (json: [UInt8], end: Int) {
        var json = try ArtifactFormat.json(self)
        while true {
            let end = layOut(headerLength: json.count)
            let next = try ArtifactFormat.json(self)
            if next.count == json.count { return (next, end) }
            json = next
        }
    }
}

/// The six columns of version 1 in the order of the file.
enum ArtifactColumn: String, CaseIterable {
    case time
    case target
    case confidence
    case stop
    case takeProfit
    case fold

    var type: String {
        switch self {
        case .time: "i64"
        case .target, .confidence, .stop, .takeProfit: "f64"
        case .fold: "i32"
        }
    }

    /// Bytes per row.
    var width: Int { self == .fold ? 4 : 8 }
}

/// The fixed parts of version 1.
enum ArtifactFormat {
    static let magic = Array("AITSIG1\n".utf8)
    static let version: UInt32 = 1
    static let fixedLength = 32
    static let digestLength = 32
    static let alignment = 64

    /// The digit of a magic `AITSIGn` of another version, which each version has of its own; nil for any other start.
    static func otherGeneration(_ bytes: [UInt8]) -> UInt32? {
        let start = bytes.prefix(magic.count)
        guard start.count == magic.count, start.prefix(6).elementsEqual(magic.prefix(6)), start.last == magic.last,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[6]), bytes[6] != magic[6]
        else { return nil }
        return UInt32(bytes[6] - UInt8(ascii: "0"))
    }

    static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }

    /// JSON with sorted keys and shortest numbers.
    static func json(_ value: some Encodable, pretty: Bool = false) throws(ArtifactError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw .badHeader("a value cannot be written as JSON")
        }
    }
}
