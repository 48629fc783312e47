import Core
import Testing

@Suite struct DigestTests {
    /// The published digest of the three letters abc (FIPS 180-4 example).
    private let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test func digestsAreThePublishedOnesAndTheirTextIsReadBack() {
        let digest = Digest.sha256("abc")
        #expect(digest.hex == abc)
        #expect(Digest(hex: abc) == digest)
        #expect(Digest(hex: abc.uppercased()) == digest)
    }

    @Test(arguments: [-1, 0, 1, 63, 65, 66, 128]) func otherLengthsAreRefused(length: Int) {
        let text = length < 0 ? "" : String(repeating: "a", count: length)
        #expect(Digest(hex: text) == nil)
    }

    @Test func otherLettersAreRefusedAtEveryPlace() {
        for place in 0..<64 {
            for letter in ["g", "G", "/", ":", "@", "`", " ", "é"] {
                var text = Array(abc).map(String.init)
                text[place] = letter
                #expect(Digest(hex: text.joined()) == nil)
            }
        }
    }
}
