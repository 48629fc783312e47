import Brokers
import Core
import Foundation
import Testing

@Suite(.fewAtOnce) struct JSONTextTests {
    @Test(arguments: [
        ("close", true), ("CLOSE_long", true), ("reduce_close", true), ("clos", false), ("", false), ("c-lose", false),
    ]) func wordsAreFoundInsideTexts(text: String, isThere: Bool) throws {
        #expect(try JSONText(Array("\"\(text)\"".utf8)).root.holds("close") == isThere)
    }

    private func value(_ text: String) throws -> JSONValue { try JSONText(Array(text.utf8)).root }

    @Test func membersAndElementsAreFound() throws {
        let root = try value(#" {"a":[1,"2",{"b":null}],"long":{"x":{"y":[]}},"c":"d"} "#)
        #expect(root["a"]?.elements.count == 3)
        #expect(root["a"]?.elements[0].integer == 1)
        #expect(root["a"]?.elements[1].decimal == FixedDecimal(2))
        #expect(root["a"]?.elements[2]["b"]?.isNull == true)
        #expect(root["c"]?.string == "d")
        #expect(root["missing"] == nil && root["a"]?["b"] == nil && root["long"]?["x"]?["y"]?.elements.count == 0)
        #expect(root.first("missing", "c")?.string == "d")
    }

    @Test func escapesAreUndone() throws {
        #expect(try value(#""a\"b\\c\n\u00e9\ud83d\ude00/""#).string == "a\"b\\c\né😀/")
        #expect(try value(#""\u12""#).string == "u12")
        #expect(try value(#""[{\"a\":1}]""#).string == #"[{"a":1}]"#)
    }

    @Test(arguments: [
        ("1", "1"), ("-0.50", "-0.5"), (#""0.0794000000000000""#, "0.0794"), ("1e-7", "0.0000001"), ("2.5E+3", "2500"),
        (#""27000.000000000""#, "27000"), (#""900000000000000000000""#, nil), (#""""#, nil), ("null", nil),
        (#""abc""#, nil), ("true", nil), (#""1.2.3""#, nil), (#""0.1234567890129""#, "0.123456789012"),
        (#""-""#, nil), (#"".5""#, "0.5"), (#""+1""#, "1"), ("0e999999999", "0"), ("1e999999999", nil),
        (#""0.000000000000000000000000000000001""#, "0"),
    ]) func numbersAreReadLenientlyAndExactly(text: String, expected: String?) throws {
        #expect(try value(text).decimal?.description == expected)
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1,", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "[1,]", "\"abc", "\"abc\\", "tru",
        "nul",
        "{1:2}", "[1 2]", "1 2", "<html>", "pong", "[}", "{]", "\u{0}",
    ]) func whatIsNoJSONIsRefused(text: String) {
        #expect(throws: JSONFault.self) { _ = try JSONText(Array(text.utf8)) }
    }

    @Test func deepNestingIsRefused() throws {
        let depth = JSONText.depthLimit
        _ = try value(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        #expect(throws: JSONFault.self) {
            _ = try value(String(repeating: "[", count: depth + 1) + String(repeating: "]", count: depth + 1))
        }
    }

    @Test func randomBytesNeverTrap() {
        var random = SeededRandom(seed: 7)
        let alphabet = Array(#"{}[]",:\u0129eE+-.truefalsn "#.utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<random.below(40)).map { _ in
                random.chance(0.1) ? UInt8(random.below(256)) : alphabet[random.below(alphabet.count)]
            }
            guard let root = try? JSONText(bytes).root else { continue }
            _ = (root.string, root.decimal, root.integer, root.flag, root.elements.map(\.string), root["a"]?.string)
        }
    }

    @Test func everyPrefixOfARealMessageIsRefusedOrTheWhole() throws {
        let text = Array(#"{"a":[{"b":"c\"d","e":-1.5e3},null,true],"f":{}}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSONFault.self) { _ = try JSONText(Array(text[..<length])) }
        }
        _ = try JSONText(text)
    }

    @Test func foundationReadsTheSame() throws {
        var random = SeededRandom(seed: 3)
        for _ in 0..<300 {
            let tree = Self.tree(&random, depth: 4)
            let bytes = Array(try JSONSerialization.data(withJSONObject: ["k": tree]))
            let root = try #require(try JSONText(bytes).root["k"])
            #expect(Self.same(root, tree))
        }
    }

    private static func tree(_ random: inout SeededRandom, depth: Int) -> Any {
        switch random.below(depth == 0 ? 3 : 5) {
        case 0: return random.below(1_000_000) - 500_000
        case 1: return ["", "é\"\\\n", "0.1", "long live the \u{1F600}"][random.below(4)]
        case 2: return NSNull()
        case 3: return (0..<random.below(4)).map { _ in tree(&random, depth: depth - 1) }
        default: return ["k": tree(&random, depth: depth - 1), "m": random.below(9)]
        }
    }

    private static func same(_ value: JSONValue, _ tree: Any) -> Bool {
        switch tree {
        case let list as [Any]:
            value.elements.count == list.count && zip(value.elements, list).allSatisfy { same($0, $1) }
        case let object as [String: Any]:
            same(value["k"] ?? value, object["k"] ?? "") && value["m"]?.integer.map(Int.init) == object["m"] as? Int
        case let text as String: value.string == text
        case let number as Int: value.integer.map(Int.init) == number
        default: value.isNull
        }
    }
}
