import CZlib

/// Decompresses gzip files.
package enum Gzip {
    /// Why a file cannot be decompressed.
    package enum Failure: Error, Hashable {
        /// It is cut short or damaged.
        case corrupt
        /// It would grow beyond the limit.
        case tooLarge
    }

    /// Whether the bytes start like a gzip file.
    package static func isCompressed(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

    /// All members of a gzip file, one after the other, their checksums verified.
    package static func decompress(_ bytes: [UInt8], limitBytes: Int) throws(Failure) -> [UInt8] {
        var input = bytes
        var stream = z_stream()
        // 15 bits of window, plus 16: a gzip wrapper is required.
        let opened = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard opened == Z_OK else { throw .corrupt }
        defer { inflateEnd(&stream) }
        return try input.withUnsafeMutableBufferPointer { (buffer) throws(Failure) in
            stream.next_in = buffer.baseAddress
            stream.avail_in = UInt32(clamping: buffer.count)
            return try inflateAll(&stream, limitBytes: limitBytes)
        }
    }

    private static func inflateAll(_ stream: inout z_stream, limitBytes: Int) throws(Failure) -> [UInt8] {
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let status = chunk.withUnsafeMutableBufferPointer { buffer in
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(buffer.count)
                return inflate(&stream, Z_NO_FLUSH)
            }
            output.append(contentsOf: chunk[..<(chunk.count - Int(stream.avail_out))])
            guard output.count <= limitBytes else { throw .tooLarge }
            switch status {
            case Z_OK: continue
            case Z_STREAM_END where stream.avail_in == 0: return output
            case Z_STREAM_END: guard inflateReset(&stream) == Z_OK else { throw .corrupt }
            default: throw .corrupt
            }
        }
    }
}
