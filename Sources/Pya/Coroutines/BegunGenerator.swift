/// A generator that nobody sees: of a call that a `for` or `yield from` stands on, `for node in walk(tree)`, or of a generator expression
/// that a built-in function takes to its end, `sum(x * x for x in numbers)`.
///
/// It runs in one go (Draining), and so needs no object: its frame lies on the value stack, as a plain call's does, and the body
/// of the loop runs above it.
struct BegunGenerator {
  /// Owned.
  let function: Unmanaged<FunctionObject>
  let frame: Frame
  /// Whose function it is, and gets it back; nil: it is let go.
  unowned(unsafe) var lender: (any FunctionLender)?

  /// Runs it to its end, or until its consumer has enough; nil: whose consumer is that of the generator that runs. Gives what it returns,
  /// which means nothing when the consumer has enough.
  func run(_ consumer: Consumer?, _ machine: UnsafeMutablePointer<Machine>) throws(Raised) -> Value {
    let outer = machine.pointee.consumer
    if let consumer { machine.pointee.consumer = Unmanaged.passUnretained(consumer).toOpaque() }
    defer {
      machine.pointee.consumer = outer
      machine.leaveFrame()
      close(machine)
    }
    try machine.enterFrame()
    return try function.borrowed { (function) throws(Raised) in
      do throws(Raised) { return try function.code.runInOneGo(frame) } catch {
        frame.passOn(error)
        throw SuspendableFrame.withoutStopIteration(error, machine.pointee.runtime, kind: .generator)
      }
    }
  }

  func close(_ machine: UnsafeMutablePointer<Machine>) {
    machine.closeFrame(frame, function._withUnsafeGuaranteedRef { $0.frameSize })
    if let lender { lender.takeBack(function) } else { function.release() }
  }
}

/// Makes functions that nobody else sees, and uses them again.
protocol FunctionLender: AnyObject {
  /// Takes over the reference.
  func takeBack(_ function: Unmanaged<FunctionObject>)
}

extension UnsafeMutablePointer where Pointee == Machine {
  /// Calls a built-in function that takes all elements of an argument, through `Runtime.walk` and its kin and in no other way. In the
  /// argument's place lies what stands for the generator, which must have been begun above the arguments.
  @inline(__always)
  func passing<Result>(
    _ generator: BegunGenerator, _ body: () throws(Raised) -> Result
  ) throws(Raised) -> Result {
    let outer = pointee.forthcoming
    var forthcoming: BegunGenerator? = generator
    return try withUnsafeMutablePointer(to: &forthcoming) { (place) throws(Raised) in
      pointee.forthcoming = UnsafeMutableRawPointer(place)
      defer {
        pointee.forthcoming = outer
        place.pointee?.close(self)
      }
      return try body()
    }
  }

  /// The generator that was passed, which is then the caller's to run. Nil: it has been taken.
  func takeForthcoming() -> BegunGenerator? {
    guard let place = pointee.forthcoming?.assumingMemoryBound(to: BegunGenerator?.self) else { return nil }
    defer { place.pointee = nil }
    return place.pointee
  }
}
