import Core
import FoundationEssentials
import Testing

@Suite struct DigestTests {
    /// FIPS 180-4 examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ]) func publishedVectorsHold(message: String, hex: String) {
        #expect(Digest.sha256(message).hex == hex)
        #expect(Digest.sha256(Array(message.utf8)).hex == hex)
        #expect(Digest.sha256(message.utf8.lazy.map { $0 }).hex == hex)
    }

    @Test func aMillionLettersMatchThePublishedVector() {
        let digest = Digest.sha256(repeatElement(UInt8(ascii: "a"), count: 1_000_000))
        #expect(digest.hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func hexadecimalIsReadInEitherCase() throws {
        let digest = Digest.sha256("abc")
        #expect(Digest(hex: digest.hex) == digest)
        #expect(Digest(hex: digest.hex.uppercased()) == digest)
        #expect(digest.bytes.count == 32)
        #expect(digest.description == digest.hex)
    }

    @Test func otherTextIsRefused() {
        let hex = Digest.sha256("abc").hex
        for bad in [
            "", String(hex.dropLast()), hex + "0", "g" + hex.dropFirst(), " " + hex.dropFirst(), "é" + hex.dropFirst(2),
        ] {
            #expect(Digest(hex: bad) == nil, "\(bad)")
        }
    }

    @Test func digestsTravelAsHexadecimal() throws {
        let digest = Digest.sha256("")
        let data = try JSONEncoder().encode([digest])
        #expect(String(decoding: data, as: UTF8.self) == "[\"\(digest.hex)\"]")
        #expect(try JSONDecoder().decode([Digest].self, from: data) == [digest])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Digest].self, from: Data("[\"00\"]".utf8)) }
    }
}
