import Core
import FoundationEssentials

extension SignalsArtifact {
    /// Reads the bytes of a file and refuses everything that version 1 would not have written.
    ///
    /// Never traps, whatever the bytes are.
    /// - Throws: ``ArtifactError`` naming the first fault.
    public static func decode(_ bytes: [UInt8]) throws(ArtifactError) -> SignalsArtifact {
        let reader = ArtifactReader(bytes: bytes)
        let json = try reader.headerBytes()
        let header = try ArtifactReader.header(json)
        let artifact = try SignalsArtifact(origin: header.origin(), assets: reader.assets(header, after: json.endIndex))
        // The rules above name faults; this line is what makes every other deviation impossible.
        let canonical = try artifact.encode()
        guard canonical == bytes else {
            let offset = zip(canonical, bytes).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            throw .notCanonical(offset: offset ?? Swift.min(canonical.count, bytes.count))
        }
        return artifact
    }
}

/// Reads the parts of a file in the order in which they can be trusted.
struct ArtifactReader {
    let bytes: [UInt8]

    /// Checks the fixed part and the digest.
    func headerBytes() throws(ArtifactError) -> ArraySlice<UInt8> {
        guard bytes.count >= ArtifactFormat.magic.count else { throw .truncated(bytes: bytes.count) }
        if let generation = ArtifactFormat.otherGeneration(bytes) { throw .unknownVersion(generation) }
        guard bytes.starts(with: ArtifactFormat.magic) else { throw .notAnArtifact }
        let fixed = ArtifactFormat.fixedLength
        guard bytes.count >= fixed + ArtifactFormat.digestLength else { throw .truncated(bytes: bytes.count) }
        let version: UInt32 = load(8)
        guard version == ArtifactFormat.version else { throw .unknownVersion(version) }
        let stated: UInt64 = load(16)
        guard stated == UInt64(bytes.count) else { throw .wrongLength(stated: stated, actual: bytes.count) }
        guard load(24) == UInt64(0) else { throw .reservedNotZero }
        let end = bytes.count - ArtifactFormat.digestLength
        guard Digest.sha256(bytes[..<end]).bytes.elementsEqual(bytes[end...]) else { throw .wrongDigest }
        let length: UInt32 = load(12)
        guard Int(length) <= end - fixed else { throw .wrongHeaderLength(length) }
        return bytes[fixed..<(fixed + Int(length))]
    }

    /// Reads the header's JSON and refuses keys that version 1 does not know.
    static func header(_ json: ArraySlice<UInt8>) throws(ArtifactError) -> ArtifactHeader {
        let data = Data(json)
        let header: ArtifactHeader
        do {
            header = try JSONDecoder().decode(ArtifactHeader.self, from: data)
        } catch let error as DecodingError {
            throw .unreadableHeader(Self.place(of: error))
        } catch {
            throw .unreadableHeader("not JSON")
        }
        if let key = try HeaderTree.firstUnknownKey(in: data, comparedWith: header) { throw .unknownHeaderKey(key) }
        return header
    }

    /// Reads every asset's columns, which must follow each other without a hole.
    func assets(_ header: ArtifactHeader, after start: Int) throws(ArtifactError) -> [ArtifactAsset] {
        var end = start
        var assets: [ArtifactAsset] = []
        for asset in header.assets {
            let columns = try columns(asset, after: &end)
            assets.append(
                ArtifactAsset(
                    symbol: asset.symbol, bars: asset.bars, folds: asset.folds, production: asset.production,
                    statistics: asset.statistics, columns: columns, judgement: asset.judgement))
        }
        guard end == bytes.count - ArtifactFormat.digestLength else { throw .wrongEnd }
        return assets
    }

    private func columns(_ asset: ArtifactHeader.Asset, after end: inout Int) throws(ArtifactError) -> SignalColumns {
        let name = asset.symbol.name
        for column in asset.columns where ArtifactColumn(rawValue: column.name) == nil {
            throw .unknownColumn(asset: name, column: column.name)
        }
        for column in ArtifactColumn.allCases where !asset.columns.contains(where: { $0.name == column.rawValue }) {
            throw .missingColumn(asset: name, column: column.rawValue)
        }
        guard (0...bytes.count).contains(asset.rows) else {
            throw .badHeader("\(name) has an impossible number of rows")
        }
        var offsets: [Int] = []
        for (stored, column) in zip(asset.columns, ArtifactColumn.allCases) {
            guard stored.type == column.type else {
                throw .wrongColumnType(asset: name, column: stored.name, type: stored.type)
            }
            let length = asset.rows * column.width
            guard stored.name == column.rawValue, stored.offset == ArtifactFormat.aligned(end),
                stored.offset + length <= bytes.count - ArtifactFormat.digestLength
            else { throw .wrongOffset(asset: name, column: stored.name, offset: stored.offset) }
            offsets.append(stored.offset)
            end = stored.offset + length
        }
        guard asset.columns.count == offsets.count else { throw .badHeader("\(name) repeats a column") }
        return SignalColumns(
            time: integers(offsets[0], asset.rows), target: reals(offsets[1], asset.rows),
            confidence: reals(offsets[2], asset.rows), stop: reals(offsets[3], asset.rows),
            takeProfit: reals(offsets[4], asset.rows), fold: integers(offsets[5], asset.rows))
    }

    private func integers<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _ rows: Int) -> [Value] {
        (0..<rows).map { load(offset + $0 * MemoryLayout<Value>.size) }
    }

    private func reals(_ offset: Int, _ rows: Int) -> [Double] {
        (0..<rows).map { Double(bitPattern: load(offset + $0 * 8)) }
    }

    private func load<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Value {
        bytes.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self)) }
    }

    private static func place(of error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "'\(path(context.codingPath + [key]))' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "'\(path(context.codingPath))' has a wrong type"
        case .dataCorrupted(let context):
            "'\(path(context.codingPath))' is not as it should be (\(context.debugDescription))"
        @unknown default: "not JSON"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
