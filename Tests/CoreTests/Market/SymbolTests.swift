import Core
import FoundationEssentials
import Testing

@Suite struct SymbolTests {
    @Test(arguments: [
        ("BTCUSDT", "BTCUSDT"), ("btcusdt", "BTCUSDT"), ("Sber", "SBER"), ("BRK.B", "BRK.B"), ("A-B_C@D", "A-B_C@D"),
        ("1", "1"), ("_X", "_X"), ("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"),
    ]) func namesAreReadInUpperCase(text: String, name: String) {
        #expect(Symbol(text)?.name == name)
        #expect(Symbol(text)?.description == name)
    }

    @Test func everyOtherByteIsRefused() {
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_@".unicodeScalars)
        for value in UInt32(0)...0x2ff {
            guard let scalar = Unicode.Scalar(value) else { continue }
            #expect((Symbol("A" + String(Character(scalar))) != nil) == allowed.contains(scalar), "U+\(value)")
        }
    }

    @Test(arguments: [
        "", ".", "..", "../X", ".X", "-X", "A/B", "A B", "A\\B", "A\0", "ß", "ı", "ﬁ", "ſ", "СБЕР", "A\u{301}",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456",
    ]) func whatIsUnsafeInAFileNameIsRefused(text: String) {
        #expect(Symbol(text) == nil)
    }

    @Test func symbolsAndCurrenciesTravelAsText() throws {
        let symbols = try JSONDecoder().decode([Symbol].self, from: Data("[\"sber\",\"BTCUSDT\"]".utf8))
        #expect(symbols.map(\.name) == ["SBER", "BTCUSDT"])
        #expect(symbols.sorted().map(\.name) == ["BTCUSDT", "SBER"])
        #expect(String(decoding: try JSONEncoder().encode(symbols), as: UTF8.self) == "[\"SBER\",\"BTCUSDT\"]")
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Symbol].self, from: Data("[\"a b\"]".utf8)) }
        let currencies = try JSONDecoder().decode([Currency].self, from: Data("[\"usdt\",\"RUB\"]".utf8))
        #expect(currencies == [Currency("USDT"), Currency("rub")] && Currency("RUB") < Currency("USDT"))
        #expect(String(decoding: try JSONEncoder().encode(currencies), as: UTF8.self) == "[\"USDT\",\"RUB\"]")
    }
}
