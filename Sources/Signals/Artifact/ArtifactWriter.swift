import Core

extension SignalsArtifact {
    /// The bytes of the file; equal artifacts have equal bytes.
    ///
    /// - Throws: ``ArtifactError/badHeader(_:)`` when the header does not fit the format (longer than 4 GiB).
    public func encode() throws(ArtifactError) -> [UInt8] {
        var header = ArtifactHeader(self)
        let (json, end) = try header.settled()
        guard let length = UInt32(exactly: json.count) else { throw .badHeader("the header is longer than 4 GiB") }
        let total = end + ArtifactFormat.digestLength
        var bytes = ArtifactBytes(capacity: total)
        bytes.append(ArtifactFormat.magic)
        bytes.append(ArtifactFormat.version)
        bytes.append(length)
        bytes.append(UInt64(total))
        bytes.append(UInt64(0))
        bytes.append(json)
        for asset in assets {
            for column in ArtifactColumn.allCases { Self.append(column, of: asset.columns, to: &bytes) }
        }
        bytes.append(Digest.sha256(bytes.storage).bytes)
        assert(bytes.storage.count == total, "the layout and the writer disagree")
        return bytes.storage
    }

    /// The header as JSON text for people, with sorted keys.
    ///
    /// - Throws: ``ArtifactError/badHeader(_:)`` as ``encode()`` does.
    public func headerText() throws(ArtifactError) -> String {
        var header = ArtifactHeader(self)
        _ = try header.settled()
        return String(decoding: try ArtifactFormat.json(header, pretty: true), as: UTF8.self)
    }

    private static func append(_ column: ArtifactColumn, of columns: SignalColumns, to bytes: inout ArtifactBytes) {
        bytes.align()
        switch column {
        case .time: for value in columns.time { bytes.append(value) }
        case .target: for value in columns.target { bytes.append(value) }
        case .confidence: for value in columns.confidence { bytes.append(value) }
        case .stop: for value in columns.stop { bytes.append(value) }
        case .takeProfit: for value in columns.takeProfit { bytes.append(value) }
        case .fold: for value in columns.fold { bytes.append(value) }
        }
    }
}

/// Little-endian bytes in the making.
struct ArtifactBytes {
    private(set) var storage: [UInt8] = []

    init(capacity: Int) { storage.reserveCapacity(capacity) }

    mutating func append(_ bytes: [UInt8]) { storage += bytes }

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { storage.append(contentsOf: $0) }
    }

    /// Zero has one spelling, and so has NaN.
    mutating func append(_ value: Double) {
        append(value.isNaN ? Double.nan.bitPattern : (value == 0 ? 0 : value.bitPattern))
    }

    mutating func align() {
        storage += Array(repeating: 0, count: ArtifactFormat.aligned(storage.count) - storage.count)
    }
}
