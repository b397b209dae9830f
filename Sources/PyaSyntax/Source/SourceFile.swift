public final class SourceFile: Sendable { public let name: String; public let bytes: [UInt8]; public init(name: String, bytes: [UInt8]) { self.name = name; self.bytes = bytes } }
