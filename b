# Eager quantization of net.onnx, for octavo-convert --mode static-eager --plan.
#
# One line for each layer, in the order in which they run. Modules with + between them are
# fused: they become one layer, which rounds once, at its end. A module on a line of its own
# rounds its own result. Behind the names: the calibrator that chooses the range of the
# result; --calibrator, where there is none. Layers that take their input's scale need none.
#
# quantize    a quantized region begins (QuantStub in PyTorch)
# dequantize  it ends (DeQuantStub); what follows runs in float32
#
# To keep a layer in float32 put dequantize in front of it and quantize behind it.
# To see what a fusion is worth take the + out and give each module its line.

quantize
stem + stem.bn + stem.activation  mse  # Conv + BatchNormalization + Relu -> 1 x 8 x 16 x 16
body + body.bn  mse  # Conv + BatchNormalization -> 1 x 8 x 16 x 16
sum + sum.activation  mse  # Add + Relu -> 1 x 8 x 16 x 16
pool  mse  # GlobalAveragePool -> 1 x 8 x 1 x 1
head  mse  # Gemm -> 1 x 10
dequantize
