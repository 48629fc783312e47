import Testing

@Suite struct DocumentationRuleTests {
    @Test(arguments: [
        "public func a() {}", "public struct A {}", "public static let a = 1", "public init() {}", "open class A {}",
        "@discardableResult public func a() -> Int { 1 }", "@inlinable\npublic func a() {}", "public typealias A = B",
        "public subscript(a: Int) -> Int { 1 }", "public mutating func a() {}", "// Not a doc.\npublic func a() {}",
        "public private(set) var a: Int",
        "/// E.\npublic enum E: String {\n    case a\n}", "/// P.\npublic protocol P {\n    func a()\n}",
        "/// P.\npublic protocol P {\n    /// V.\n    var b: Int { get }\n    init(a: Int)\n}",
    ]) func undocumentedPublicApiIsFound(code: String) {
        #expect(documentationFindings(pure(code)).count == 1)
    }

    @Test func aVenueNeedNotRepeatTheDocumentationOfItsPort() {
        let code = "public func submit(_ request: OrderRequest) async {}"
        #expect(documentationFindings(pure(code, path: "Sources/Brokers/Simulated/A.swift")).isEmpty)
        #expect(documentationFindings(pure(code, path: "Sources/Brokers/A.swift")).count == 1)
        #expect(documentationFindings(pure("public func f() {}", path: "Sources/Brokers/B/A.swift")).count == 1)
    }

    @Test(arguments: [
        "/// Does.\npublic func a() {}", "/// Does.\n@discardableResult\n@inlinable\npublic func a() -> Int { 1 }",
        "func a() {}", "package func a() {}", "public static func < (a: A, b: A) -> Bool { true }",
        "public static func == (a: A, b: A) -> Bool { true }", "public var description: String { \"\" }",
        "public func hash(into hasher: inout Hasher) {}", "public extension A {\n}", "public import Core",
        "/// E.\npublic enum E {\n    /// A.\n    case a\n    func b() -> Int {\n  switch self {\n  case .a: 1\n}}}",
        "enum E {\n    case a\n}", "protocol P {\n    func a()\n}",
    ]) func documentedAndPromisedNamesAreFine(code: String) {
        #expect(documentationFindings(pure(code)).isEmpty)
    }
}
