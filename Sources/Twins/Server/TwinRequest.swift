package import Core

/// One HTTP request as it came in.
package struct TwinRequest: Hashable, Sendable {
    /// `GET`, `POST`, ...
    package let method: String
    /// The path without its query.
    package let path: String
    /// What stands behind the question mark, as sent; empty when there is none.
    package let query: String
    /// Header fields by lower-case name.
    package let headers: [String: String]
    /// The body, as sent.
    package let body: [UInt8]

    /// A request from its parts; `target` is the path with its query.
    package init(method: String, target: String, headers: [String: String] = [:], body: [UInt8] = []) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        (self.method, path) = (method, String(parts[0]))
        query = parts.count > 1 ? String(parts[1]) : ""
        (self.headers, self.body) = (headers, body)
    }

    /// The path with its query, as sent.
    package var target: String { query.isEmpty ? path : "\(path)?\(query)" }

    /// The command of a request to a twin's control endpoint; nil for one to the venue.
    var command: String? {
        guard path == "/twin" || path.hasPrefix("/twin/") else { return nil }
        return String(path.dropFirst("/twin/".count))
    }

    /// Whether it only looks at a twin through its control endpoint.
    var isLook: Bool {
        method == "GET" && command.map { ["", "status", "books", "log", "faults"].contains($0) } ?? false
    }

    /// The fields of the query, decoded; of a repeated one the last.
    package var parameters: [String: String] {
        query.split(separator: "&").reduce(into: [:]) { fields, field in
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            fields[Self.decoded(parts[0])] = parts.count > 1 ? Self.decoded(parts[1]) : ""
        }
    }

    /// Text without percent encoding.
    package static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What an HTTP request is answered with.
package struct TwinAnswer: Sendable, Equatable {
    /// The HTTP status.
    package var status: Int
    /// Header fields besides length and type.
    package var headers: [String: String]
    /// The type of the body.
    package var type: String
    /// The body.
    package var body: [UInt8]

    /// An answer of JSON.
    package init(_ body: Wire, status: Int = 200, headers: [String: String] = [:]) {
        (self.status, self.headers, type) = (status, headers, "application/json")
        self.body = body.bytes
    }

    /// An answer that is no JSON.
    package init(status: Int, type: String, text: String) {
        (self.status, headers, self.type, body) = (status, [:], type, Array(text.utf8))
    }

    /// The page of a gateway that could not reach what is behind it.
    package static func gatewayPage(_ status: Int) -> TwinAnswer {
        let title = status == 504 ? "504 Gateway Time-out" : "\(status) Bad Gateway"
        return TwinAnswer(
            status: status, type: "text/html",
            text: "<html>\r\n<head><title>\(title)</title></head>\r\n<body>\r\n<center><h1>\(title)</h1></center>\r\n"
                + "</body>\r\n</html>\r\n")
    }
}

/// A moment on both clocks of a twin.
package struct TwinMoment: Hashable, Sendable {
    /// The real time, by which signatures and idle connections are judged.
    package let wall: Timestamp
    /// The venue's time, which market data and orders carry.
    package let venue: Timestamp

    /// A moment from its parts.
    package init(wall: Timestamp, venue: Timestamp) {
        (self.wall, self.venue) = (wall, venue)
    }

    /// A moment at which both clocks agree.
    package init(_ both: Timestamp) {
        self.init(wall: both, venue: both)
    }
}
